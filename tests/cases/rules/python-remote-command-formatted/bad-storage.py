import paramiko


class Storage:
    def host(self, name):
        return self._run_ssh("lshost -delim ! %s" % name)  # expect: python-remote-command-formatted

    def volume(self, name):
        command = f"rmvol {name}"
        return self._cli_run(command) or self.run_command(command)  # expect: python-remote-command-formatted


def listing(path):
    client = paramiko.SSHClient()
    return client.exec_command("ls " + path)  # expect: python-remote-command-formatted
