# SPDX-License-Identifier: ISC
"""bankd-hosts(7), from nothing to three hosts: each command of the page is
taken from its text and run as it stands there, by root, on three machines
with the page's addresses.  A machine has its own network, processes and
places; systemctl(1) is a few lines of ours."""

import os
import re
import subprocess
import unittest

from lib import bank, machines, patience, patroni, postgres

PAGE = os.path.join(bank.TOP, "man", "bankd-hosts.7")
FILES = os.path.join(bank.TOP, "etc", "hosts")
COUNT = 3
# Their places, private to each; /etc is a copy.
PLACES = ("/root", "/usr/local/etc", "/var/lib", "/run")
SYSTEMCTL = """#!/bin/sh
# What the page asks of systemd.
for word; do :; done
case "$1 $word" in
enable*patroni)
	setpriv --reuid postgres --regid postgres --clear-groups \\
	    env HOME=/var/lib/postgresql patroni /etc/patroni/config.yml \\
	    >/run/patroni.log 2>&1 & ;;
"start bankd")
	exec bankd ;;
"stop bankd")
	exec bankctl stop ;;
*)	echo "systemctl $*: not of the page" >&2; exit 1 ;;
esac
"""


def why_not():
    if not patroni.available():
        return "no Patroni, etcd or PostgreSQL here"
    return machines.why_not()


def commands():
    """Those of the page, in order: without the prompt, lines joined."""
    with open(PAGE) as f:
        text = f.read()
    text = text.replace("\\(dq", '"').replace("\\e\n", " ")
    text = text.replace("\\e", "\\").replace("\\&", "")
    return [" ".join(line.split()) for line in re.findall(
        r"(?m)^(?:\.Dl )?# (.*)$", text)]


def block(start):
    """The literal block that begins so, as a file."""
    with open(PAGE) as f:
        text = f.read()
    found = re.search(r"(?ms)^\.Bd -literal[^\n]*\n(%s.*?)^\.Ed"
                      % re.escape(start), text)
    return found[1].replace("\\(dq", '"').replace("\\e", "\\")


class Machine:
    """`address` on a network that all of them share."""

    def __init__(self, network, number):
        self.network, self.number = network, number
        self.address = "10.0.0.%d" % number
        self.space = machines.new_space()
        network.plug(self.space, "m%d" % number, self.address)
        with machines.entered(self.space):
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount",
                 "--uts", "--pid", "--fork", "--mount-proc", "--kill-child",
                 "sleep", "infinity"],
                stdin=subprocess.DEVNULL, start_new_session=True)
        self.inside = bank.wait_for("its first process", lambda: next(iter(
            pid for pid in bank.children(self.process.pid)
            if "sleep" in bank.command_line(pid)), None))
        self.run("hostname db%d" % number, directory="/")
        self.make_places()

    def run(self, command, check=True, timeout=120, directory="/root"):
        result = patience.run(
            ["nsenter", "-t", str(self.inside), "-m", "-u", "-p", "-n", "sh", "-c",
             "cd %s && %s" % (directory, command)], None, timeout, text=True,
            env={"PATH": "/run/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                 "LC_ALL": "C.UTF-8", "HOME": "/root", "TERM": "dumb"})
        if check and result.returncode != 0:
            raise bank.Failed("%s: %d\n%s%s\n%s" % (
                command, result.returncode, result.stdout, result.stderr,
                self.logs()))
        return result.stdout + result.stderr

    def logs(self):
        return patience.run(
            ["nsenter", "-t", str(self.inside), "-m", "sh", "-c",
             "tail -n 15 /run/*.log"], None, 30, text=True).stdout

    def make_places(self):
        self.run("mount --make-rprivate / && cp -a /etc /run/etc-copy-%d"
                 % os.getpid(), directory="/")
        self.run(" && ".join(
            "mount -t tmpfs none " + place for place in PLACES
            if place != "/run"), directory="/")
        self.run("mkdir /root/etc && cp -a /run/etc-copy-%d/. /root/etc && "
                 "rm -r /run/etc-copy-%d && mount --bind /root/etc /etc && "
                 "mount -t tmpfs none /run && mount -t tmpfs none /root"
                 % (os.getpid(), os.getpid()), directory="/")
        self.run(
            "mkdir -p /run/bin /run/postgresql /var/lib/postgresql/15 "
            "/etc/bankd-db /etc/patroni /usr/local/etc/bankd "
            "&& ln -s /usr/local/etc/bankd /etc/bankd "
            "&& ln -sf /run /var/run "
            "&& chown -R postgres /run/postgresql /var/lib/postgresql",
            directory="/")
        for name in "bankd", "bankctl", "bankd-courier":
            self.run("ln -s %s /run/bin/%s" % (
                os.path.join(bank.BUILD, name), name))
        self.write("/run/bin/systemctl", SYSTEMCTL, "755")
        self.write("/run/bin/bankd", "#!/bin/sh\nexec %s -o "
                   "process.sandbox=%s \"$@\"\n" % (
                       bank.BANKD, bank.SANDBOX), "755")

    def write(self, path, text, mode="644"):
        subprocess.run(
            ["nsenter", "-t", str(self.inside), "-m", "sh", "-c",
             "rm -f %s; cat >%s && chmod %s %s" % (path, path, mode, path)],
            input=text, text=True, check=True)

    def read(self, path):
        return self.run("cat " + path)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.space)


@unittest.skipIf(why_not(), why_not())
class Page(unittest.TestCase):
    weight = 50

    def setUp(self):
        self.left = commands()
        self.network = machines.Switch()
        self.addCleanup(self.network.close)
        self.machines = []
        for number in range(1, COUNT + 1):
            self.machines.append(Machine(self.network, number))
            self.addCleanup(self.machines[-1].close)

    def next(self, start, *where, check=True, change=str, **more):
        """The page's next command, which begins so; run on each machine."""
        command = self.left.pop(0)
        self.assertTrue(command.startswith(start), (command, start))
        return [machine.run(change(command), check, **more)
                for machine in where][-1]

    def etcd(self):
        text = block("ETCD_NAME=db1")
        for machine in self.machines:
            mine = re.sub(r"(_URLS=http://)10\.0\.0\.1", r"\g<1>%s"
                          % machine.address, text).replace(
                "ETCD_NAME=db1", "ETCD_NAME=db%d" % machine.number)
            machine.write("/etc/default/etcd", mine)
            machine.run("mkdir /var/lib/etcd && cd /var/lib/etcd && "
                        "set -a && . /etc/default/etcd && "
                        "(etcd >/run/etcd.log 2>&1 &)")

    def certificates(self):
        first = self.machines[0]
        for _ in range(3):
            self.next("openssl", first)
        for machine in self.machines:
            first.run(
                "openssl req -newkey ec -pkeyopt "
                "ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s -keyout "
                "server.key -out server.csr && echo subjectAltName=IP:%s "
                ">ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey "
                "ca.key -CAcreateserial -days 365 -extfile ext -out "
                "server.crt" % (machine.address, machine.address))
            for name in "ca.crt", "server.crt", "server.key":
                machine.write("/etc/bankd-db/" + name, first.read(name),
                              "600")
            for name in "ca.crt", "courier.crt", "courier.key":
                machine.write("/usr/local/etc/bankd/" + name,
                              first.read(name), "640")
            machine.run("chown -R postgres /etc/bankd-db && chgrp nogroup "
                        "/usr/local/etc/bankd/c*.crt "
                        "/usr/local/etc/bankd/courier.key")

    def servers(self):
        with open(os.path.join(FILES, "patroni.yml")) as f:
            text = f.read()
        for machine in self.machines:
            mine = text.replace("name: db1", "name: db%d" % machine.number)
            mine = re.sub(r"10\.0\.0\.1(:8008|:5432|,127)",
                          machine.address + r"\1", mine)
            mine = mine.replace("/usr/lib/postgresql/15/bin", postgres.BIN)
            machine.write("/etc/patroni/config.yml", mine)
        self.next("systemctl enable --now patroni", *self.machines)
        listed = self.left.pop(0)
        bank.wait_for(
            lambda: "a leader and a standby: %s\n%s" % (
                self.listing(listed), self.machines[0].logs()),
            lambda: all(word in self.listing(listed) for word in (
                "Leader", "Sync Standby")), 180)

    def listing(self, command):
        return self.machines[0].run(command, check=False)

    def leader(self):
        found = re.search(r"(10\.0\.0\.\d)\S* +\| Leader",
                          self.listing("patronictl -c "
                                       "/etc/patroni/config.yml list"))
        return next(m for m in self.machines if m.address == found[1])

    def first_host(self):
        """A bank that has served alone, in the installed places."""
        first = self.machines[0]
        made = bank.fresh_directory("made")
        bank.init(made)
        state = "/var/lib/bankd"
        first.run("cp -a %s/etc/. /usr/local/etc/bankd && cp -a %s/var %s"
                  % (made, made, state))
        text = first.read("/usr/local/etc/bankd/bankd.ini")
        text = text.replace("../var", state)
        first.write("/usr/local/etc/bankd/bankd.ini", text)
        first.run("systemctl start bankd && systemctl stop bankd")
        # The page's three machines don't share two processors with others.
        first.write("/usr/local/etc/bankd/bankd.ini", text + "\n" + block(
            "[store]") + "\npatience = 20\n")

    def test_from_nothing_to_three_hosts(self):
        first, *others = self.machines
        self.etcd()
        self.certificates()
        self.servers()
        leader = self.leader()
        with open(os.path.join(FILES, "roles.sql")) as f:
            leader.write("/run/roles.sql", f.read())
        self.next("su postgres", leader, directory="/run")
        self.first_host()
        for start in ("bankctl -y hosts init", "bankd -t",
                      "systemctl start bankd", "bankctl backup"):
            self.next(start, first)
        another = [self.left.pop(0) for _ in range(4)]
        self.assertEqual([c.split()[0] for c in another], [
            "bankctl", "bankctl", "bankd", "systemctl"])
        for machine in others:
            self.carry(first, machine)
            for command in another:
                machine.run(command)
        self.wait_for_hosts(first, 3)
        self.next("bankctl hosts list", *self.machines)
        for machine in self.machines:
            self.assertIn("10000.00", machine.run("bankctl accounts"))
        self.after_a_fork(first, others)
        others[1].run("systemctl stop bankd")
        self.next("bankctl hosts forget 3", first)
        self.next("bankd -t", first)
        said = self.next("watch", first, change=lambda command:
                         "timeout 5 %s; true" % command)
        self.assertIn("courier", said)
        self.assertEqual(self.left, [])

    @staticmethod
    def carry(first, machine):
        """/etc/bankd without the leaf, its own number, and the backup."""
        names = first.run("cd /usr/local/etc/bankd && ls").split()
        for name in names:
            if name not in ("leaf.crt", "leaf.key"):
                path = "/usr/local/etc/bankd/" + name
                machine.write(path, first.read(path), "640")
        machine.run("chgrp nogroup /usr/local/etc/bankd/c*.crt "
                    "/usr/local/etc/bankd/courier.key")
        machine.run("sed -i 's/^host = 1/host = %d/' "
                    "/usr/local/etc/bankd/bankd.ini && mkdir -m 700 "
                    "/var/lib/bankd" % machine.number)
        copied = first.run("base64 /root/bank.backup")
        machine.write("/root/copied", copied)
        machine.run("base64 -d copied >bank.backup && chmod 600 bank.backup")

    @staticmethod
    def wait_for_hosts(first, count):
        bank.wait_for("%d hosts" % count, lambda: len(first.run(
            "bankctl -j hosts list", check=False).split('"host"')) > count,
            60)

    def after_a_fork(self, first, others):
        """The database is put back to an older moment; in words of ours,
        since no page tells how to."""
        for machine in self.machines:
            machine.run("bankctl deposit joe 1 1 --reason x", check=False)
        self.leader().run(
            "su postgres -c \"psql -h /run/postgresql -d bank -qc 'DELETE "
            "FROM lot WHERE n > (SELECT min(n) FROM lot)'\"")
        for machine in self.machines:
            bank.wait_for("its end", lambda: "does not run" in machine.run(
                "bankctl status", check=False), 60)
        self.next("bankctl -y hosts init", first)
        first.run("systemctl start bankd && rm bank.backup && "
                  "bankctl backup /root/bank.backup")
        rejoin = self.left.pop(0)
        self.assertTrue(rejoin.startswith("bankctl -y rejoin"), rejoin)
        # The same again, of a host whose lots nobody else saw.
        self.assertEqual(self.left.pop(0), rejoin)
        for machine in others:
            copied = first.run("base64 /root/bank.backup")
            machine.write("/root/copied", copied)
            machine.run("base64 -d copied >bank.backup")
            machine.run(rejoin)
            machine.run("systemctl start bankd")
        self.wait_for_hosts(first, 3)


if __name__ == "__main__":
    unittest.main()
