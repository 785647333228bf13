import tarfile
import zipfile


def unpack(path, folder):
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    with zipfile.ZipFile(path) as bundle:
        bundle.extractall(folder)
