import os
import tarfile
import zipfile


def unpack(path, folder):
    with tarfile.open(path) as archive:
        archive.extractall(folder)  # expect: python-archive-unpacked-unchecked
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with open(os.path.join(folder, member.filename), "wb") as stream:  # expect: python-archive-unpacked-unchecked
                stream.write(archive.read(member))
