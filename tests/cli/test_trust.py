"""`aigate trust`, run as people run it: real keys, real repositories, one command after another."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "trust-root.md"
_STEP = re.compile(r"^(\w+)\$ (.+)$")
_DIGEST = re.compile(r"^  ([0-9a-f]{64})$", re.MULTILINE)


class Desk:
    """A clone that several people work in, each with a home and keys of their own."""

    def __init__(self, top):
        self.clone = top / "clone"
        self.homes = top / "homes"
        self.programs = top / "bin"
        for folder in (self.clone, self.homes, self.programs):
            folder.mkdir()
        shim = self.programs / "aigate"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aigate "$@"\n')
        shim.chmod(0o755)
        self.shell("ada", "git init -q -b main .")

    def key(self, person, name="id_ed25519", *options):
        folder = self.homes / person / ".ssh"
        folder.mkdir(parents=True, exist_ok=True)
        made = ["ssh-keygen", "-q", *(options or ("-t", "ed25519")), "-N", "", "-C", person]
        subprocess.run([*made, "-f", str(folder / name)], check=True)
        return folder / f"{name}.pub"

    def shell(self, person, command, answer="y\n", **variables):
        (self.homes / person).mkdir(exist_ok=True)
        env = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.homes / person),
            "GIT_AUTHOR_NAME": person,
            "GIT_AUTHOR_EMAIL": f"{person}@example.org",
            "GIT_COMMITTER_NAME": person,
            "GIT_COMMITTER_EMAIL": f"{person}@example.org",
            "GIT_CONFIG_NOSYSTEM": "1",
            **variables,
        }
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.clone,
            env=env,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def trust(self, person, command, answer="y\n"):
        return self.shell(person, f"aigate trust {command}", answer)

    def fingerprint(self, person, name="id_ed25519"):
        file = self.homes / person / ".ssh" / f"{name}.pub"
        shown = subprocess.run(["ssh-keygen", "-lf", file], check=True, capture_output=True)
        return shown.stdout.decode().split()[1]

    def files(self):
        return sorted(path.name for path in (self.clone / ".aigate" / "trust").iterdir())


INIT = "init --id ada --key ~/.ssh/id_ed25519 --with grace --with-key grace.pub"
SIGN = "sign --key ~/.ssh/id_ed25519"


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path)
    for person in ("ada", "grace"):
        shutil.copy(found.key(person), found.clone / f"{person}.pub")
    return found


@pytest.fixture
def rooted(desk):
    assert desk.trust("ada", INIT).returncode == 0
    assert desk.trust("grace", SIGN).returncode == 0
    return desk


def test_two_commands_by_two_people_make_a_root_with_a_digest_to_pin(desk):
    first = desk.trust("ada", INIT)

    assert (first.returncode, first.stderr) == (0, "")
    assert "not yet signed by `grace`" in first.stdout
    assert desk.files() == ["1.root.proposed.json"]

    second = desk.trust("grace", SIGN)

    assert second.returncode == 0
    assert desk.files() == ["1.root.json"]
    (digest,) = _DIGEST.findall(second.stdout)
    verified = desk.trust("ada", f"verify --pin {digest}")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert digest in verified.stdout
    assert desk.trust("ada", "show").returncode == 0


@pytest.mark.slow
def test_every_command_of_the_guide_does_what_it_says(desk):
    desk.key("linus")
    desk.key("linus", "robot")
    desk.key("ada", "id_next")
    desk.key("ada", "id_third")
    digest = ""
    kept = {}
    ran = 0
    by_hand = 0
    for block in re.findall(
        r"^```console\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL
    ):
        for line in block.splitlines():
            person, command = _STEP.match(line).groups()
            name, is_set, value = command.partition("=")
            if is_set and re.fullmatch(r"[A-Z]+", name) and ";" not in command:
                kept[name] = desk.shell(person, f"printf %s {value}").stdout
                assert kept[name].startswith("SHA256:")
                continue
            done = desk.shell(person, command, PIN=digest, **kept)
            assert done.returncode == 0, (line, done.stderr)
            digest = (_DIGEST.findall(done.stdout) or [digest])[-1]
            ran += 1
            if command.startswith("sha256sum"):
                assert done.stdout.split()[0] == digest
                by_hand += 1

    assert ran > 25
    assert by_hand == 1
    assert desk.files() == ["1.root.json"]


def test_a_second_person_is_asked_before_signing_and_may_refuse(desk):
    desk.trust("ada", INIT)

    refused = desk.trust("grace", SIGN, answer="n\n")

    assert refused.returncode == 130
    assert "grace" in refused.stdout
    assert desk.files() == ["1.root.proposed.json"]
    assert desk.trust("grace", SIGN, answer="").returncode == 130


def test_c_119_nobody_adds_themself_alone(rooted):
    rooted.key("linus")
    enrol = "enroll --id linus --role security --key ~/.ssh/id_ed25519"

    assert rooted.trust("linus", enrol).returncode == 0
    assert rooted.files() == ["1.root.json", "2.root.proposed.json"]

    # Renaming the proposal is no way round.
    folder = rooted.clone / ".aigate" / "trust"
    shutil.copy(folder / "2.root.proposed.json", folder / "2.root.json")
    checked = rooted.trust("linus", "verify")
    assert checked.returncode == 4
    assert "not signed by enough people" in checked.stderr


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("init --id Ada --key ~/.ssh/id_ed25519 --with grace --with-key grace.pub", 2, "an id"),
        ("init --id '*' --key ~/.ssh/id_ed25519 --with grace --with-key grace.pub", 2, "an id"),
        ("init --id ada --key ~/.ssh/id_ed25519 --with ada --with-key grace.pub", 2, "repeated"),
        ("init --id ada --key ~/.ssh/id_ed25519 --with grace --with-key ada.pub", 2, "given twice"),
        ("init --id ada --key ~/.ssh/id_ed25519 --with grace --with-key none.pub", 2, "be read"),
        ("init --id ada --key / --with grace --with-key grace.pub", 2, "be read"),
        ("init --id ada --key . --with grace --with-key grace.pub", 2, "be read"),
        ("init --id ada --key '~nobody-here/k' --with grace --with-key grace.pub", 2, "be read"),
        ("init --id ada --key grace.pub --with grace --with-key ada.pub", 3, "ssh-keygen"),
        (f"{INIT} --with-role developer", 2, "cannot be reached"),
        ("verify", 2, "no trust root"),
        ("verify --pin " + "0" * 64, 4, "is none here"),
        ("show", 2, "no trust root"),
        ("show --format json", 2, "no trust root"),
        (SIGN, 2, "nothing is proposed"),
        ("rotate --key ~/.ssh/id_ed25519", 2, "no trust root"),
        ("enroll --id linus --key ~/.ssh/id_ed25519", 2, "no trust root"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(desk, command, code, said):
    done = desk.trust("ada", command)

    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (desk.clone / ".aigate" / "trust").exists() or desk.files() == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (INIT, "there is a trust root here"),
        ("rotate --key ~/.ssh/id_ed25519 --threshold 0", "threshold"),
        ("rotate --key ~/.ssh/id_ed25519 --threshold 3", "cannot be reached"),
        ("rotate --key ~/.ssh/id_ed25519 --left grace", "cannot be reached"),
        ("rotate --key ~/.ssh/id_ed25519 --left nobody", "nobody in the registry"),
        ("rotate --key ~/.ssh/id_ed25519 --roles grace=admin", "no role `admin`"),
        ("rotate --key ~/.ssh/id_ed25519 --roles grace", "ID=VALUE"),
        ("rotate --key ~/.ssh/id_ed25519 --limit high=9000:signed", "whole number"),
        ("rotate --key ~/.ssh/id_ed25519 --limit high=x:signed", "is no limit"),
        ("rotate --key ~/.ssh/id_ed25519 --account ada=github:x", "is no account"),
        ("rotate --key ~/.ssh/id_ed25519 --retire SHA256:x", "nobody in the registry has the key"),
        ("rotate --key ~/.ssh/id_ed25519 --add-key ada=grace.pub", "belongs to `grace`"),
        ("enroll --id grace --key ~/.ssh/id_ed25519", "in the registry already"),
        ("enroll --id ada2 --key ~/.ssh/id_ed25519", "given twice"),
    ],
)
def test_a_change_that_cannot_be_is_refused_before_anything_is_written(rooted, command, said):
    done = rooted.trust("ada", command)

    assert done.returncode == 2
    assert said in done.stderr
    assert rooted.files() == ["1.root.json"]


def test_an_open_proposal_is_not_overwritten(rooted):
    assert rooted.trust("ada", "rotate --key ~/.ssh/id_ed25519 --grace-days 1").returncode == 0

    again = rooted.trust("ada", "rotate --key ~/.ssh/id_ed25519 --grace-days 2")

    assert again.returncode == 2
    assert "proposed already" in again.stderr
    assert "grace days: 30 -> 1" in rooted.trust("grace", "show").stdout


def test_a_stranger_signs_nothing(rooted):
    rooted.key("mallory")
    rooted.trust("ada", "rotate --key ~/.ssh/id_ed25519")

    done = rooted.trust("mallory", SIGN)

    assert done.returncode == 2
    assert "has no part in version 2" in done.stderr


def test_show_tells_programs_the_same_as_people(rooted):
    said = json.loads(rooted.trust("ada", "show --format json").stdout)

    assert said["schema"] == "aigate-trust/1"
    assert [person["id"] for person in said["people"]] == ["ada", "grace"]
    assert said["people"][1]["keys"][0]["fingerprint"] == rooted.fingerprint("grace")
    assert said["digest"] in rooted.trust("ada", "show").stdout
    assert said["proposal"] is None


def test_verify_says_what_was_taken_away_since_a_commit(rooted):
    rooted.shell("ada", "git add .aigate && git commit -q -m root")
    rooted.trust("ada", "rotate --key ~/.ssh/id_ed25519")
    rooted.trust("grace", SIGN)
    assert rooted.trust("ada", "verify --base HEAD").returncode == 0
    rooted.shell("ada", "git add .aigate && git commit -q -m two && rm .aigate/trust/2.root.json")

    assert rooted.trust("ada", "verify").returncode == 0
    rolled = rooted.trust("ada", "verify --base HEAD")

    assert rolled.returncode == 4
    assert "`.aigate/trust/2.root.json` is removed" in rolled.stderr


def test_c_110_an_edited_root_file_is_named(rooted):
    file = rooted.clone / ".aigate" / "trust" / "1.root.json"
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(bytes(data))

    done = rooted.trust("ada", "verify")

    assert done.returncode == 4
    assert "1.root.json" in done.stderr


@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_are_not_followed(rooted, tmp_path, what):
    folder = rooted.clone / ".aigate" / "trust"
    outside = tmp_path / "outside"
    shutil.move(folder, outside)
    if what == "folder":
        folder.symlink_to(outside)
    else:
        folder.mkdir()
        (folder / "1.root.json").symlink_to(outside / "1.root.json")

    assert rooted.trust("ada", "verify").returncode == 4


def test_c_125_a_certificate_is_refused_in_words(desk):
    home = desk.homes / "grace" / ".ssh"
    command = ["ssh-keygen", "-q", "-s", str(desk.homes / "ada" / ".ssh" / "id_ed25519")]
    subprocess.run([*command, "-I", "x", "-n", "grace", str(home / "id_ed25519.pub")], check=True)
    shutil.copy(home / "id_ed25519-cert.pub", desk.clone / "cert.pub")

    done = desk.trust("ada", INIT.replace("grace.pub", "cert.pub"))

    assert done.returncode == 2
    assert "certificate" in done.stderr


def test_a_file_with_several_keys_is_refused_in_words(desk):
    both = (desk.clone / "ada.pub").read_text() + (desk.clone / "grace.pub").read_text()
    (desk.clone / "agent.pub").write_text(both)

    done = desk.trust("ada", INIT.replace("grace.pub", "agent.pub"))

    assert done.returncode == 2
    assert "holds 2 lines" in done.stderr


def test_keys_in_an_agent_sign(desk):
    home = desk.homes / "grace" / ".ssh"
    desk.trust("ada", INIT)
    sign = (
        "eval $(ssh-agent -s) >&2 && trap 'ssh-agent -k >&2' EXIT"
        f" && ssh-add -q {home}/id_ed25519 && mv {home}/id_ed25519 {home}/elsewhere"
        " && ssh-add -L > me.pub && aigate trust sign --yes --key me.pub"
    )

    done = desk.shell("grace", sign)

    assert done.returncode == 0, done.stderr
    assert desk.files() == ["1.root.json"]


def test_a_proposal_that_was_edited_after_a_signature_is_refused(desk):
    desk.trust("ada", INIT)
    file = desk.clone / ".aigate" / "trust" / "1.root.proposed.json"
    envelope = json.loads(file.read_text())
    payload = base64.b64decode(envelope["payload"])
    weaker = payload.replace(b'"grace_days":30', b'"grace_days":99')
    envelope["payload"] = base64.b64encode(weaker).decode("ascii")
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":")) + "\n"
    file.write_text(text)

    done = desk.trust("grace", SIGN)

    assert done.returncode == 4
    assert weaker != payload
    assert "1.root.proposed.json" in done.stderr
    assert file.read_text() == text


def test_c_133_a_full_disk_leaves_the_proposal_as_it_was(desk):
    desk.trust("ada", INIT)
    file = desk.clone / ".aigate" / "trust" / "1.root.proposed.json"
    before = file.read_bytes()
    # Enough for the message and its signature, too little for the proposal with two of them.
    blocks = len(before) // 512
    command = f"ulimit -f {blocks}; exec aigate trust {SIGN}"

    done = desk.shell("grace", command, PYTHONDONTWRITEBYTECODE="1")

    assert done.returncode == 3, done.stderr
    assert "cannot be written" in done.stderr
    assert file.read_bytes() == before
    assert desk.files() == ["1.root.proposed.json"]
    assert desk.trust("grace", SIGN).returncode == 0


def test_a_pin_may_be_written_as_other_tools_write_digests(rooted):
    digest = json.loads(rooted.trust("ada", "show --format json").stdout)["digest"]

    assert rooted.trust("ada", f"verify --pin sha256:{digest.upper()}").returncode == 0
    assert rooted.trust("ada", f"verify --pin {digest[:-1]}").returncode == 2
    assert (
        rooted.trust(
            "ada", f"verify --pin {digest[:-1]}{'1' if digest[-1] != '1' else '2'}"
        ).returncode
        == 4
    )


def test_the_guide_explains_every_code():
    package = Path(__file__).parents[2] / "aigate"
    modules = ["ledger/registry.py", "ledger/roots.py", "cli/trust.py", "cli/_trust_files.py"]
    text = "".join((package / name).read_text() for name in modules)
    codes = set(re.findall(r'"((?:registry|root|bootstrap)-[a-z-]+)"', text))

    # What a person typed is told apart at once, with exit code 2.
    codes.remove("registry-pin-form")

    assert codes == set(re.findall(r"`((?:registry|root|bootstrap)-[a-z-]+)`", GUIDE.read_text()))
