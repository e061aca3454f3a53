# SPDX-License-Identifier: ISC
"""A fresh root file system with the packages of `make deb`, and two hosts in
network namespaces with addresses of their own.

CLEAN_ROOT=make has debootstrap make the root, CLEAN_ROOT=DIR copies one;
without it, and where that can't be had, why_not() tells why.  SUITE is the
release of it, the host's if nothing is said; the packages of another are built
in a root of its own, by `python3 -m lib.clean_root`.  Each command runs in
mounts of its own, so that nothing is left mounted whatever happens.
"""

import glob
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile

from lib import patience
from lib.bank import BUILD, TOP, Failed, children, run, wait_for

CLEAN_ROOT = os.environ.get("CLEAN_ROOT")
SUITE_OTHERWISE = "bookworm"
BANK_ADDRESS, KIOSK_ADDRESS = "192.0.2.1", "192.0.2.2"
PROGRAMS = ("ip", "unshare", "chroot", "setpriv", "dpkg-deb")
CALM = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                "/sbin:/bin"}
# In a mount namespace of its own: what apt and bankd want to see.
INSIDE = ('mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && '
          'exec chroot "$0" "$@"')


def why_not():
    """The reason to skip, or None."""
    if not CLEAN_ROOT:
        return "expensive: `make deb-test`, or CLEAN_ROOT=make"
    if os.geteuid() != 0:
        return "not root"
    for program in PROGRAMS + (("debootstrap",) if CLEAN_ROOT == "make"
                               else ()):
        if shutil.which(program) is None:
            return "no " + program
    for name in ("bankd", "atm-tui"):
        if not glob.glob(os.path.join(PACKAGES, name + "_*.deb")):
            return "no %s package in %s: make deb" % (name, PACKAGES)
    if run("unshare", "--net", "--mount", "true").returncode != 0:
        return "no namespaces"
    return None


def release():
    with open("/etc/os-release") as f:
        found = re.search(r"(?m)^VERSION_CODENAME=(\w+)$", f.read())
    return found[1] if found else SUITE_OTHERWISE


SUITE = os.environ.get("SUITE") or release()
PACKAGES = BUILD if SUITE == release() else os.path.join(BUILD, SUITE)


class Root:
    """A root file system and two hosts that share it."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="clean-", dir="/tmp")
        self.path = os.path.join(self.top, "root")
        self.hosts = {name: "%s-%d" % (name, os.getpid())
                      for name in ("bank", "kiosk")}

    def make(self):
        if CLEAN_ROOT == "make":
            command = ["debootstrap", "--variant=minbase", SUITE, self.path]
        else:
            command = ["cp", "-a", CLEAN_ROOT, self.path]
        self.check(command)
        shutil.copy("/etc/resolv.conf", self.file("etc/resolv.conf"))
        # What an installer writes: from Debian 13 on debootstrap doesn't.
        self.write("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
        with open(self.file("usr/sbin/policy-rc.d"), "w") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(self.file("usr/sbin/policy-rc.d"), 0o755)

    def link(self):
        for name in self.hosts.values():
            self.check(["ip", "netns", "add", name])
        self.check(["ip", "link", "add", "atm0", "netns", self.hosts["bank"],
                    "type", "veth", "peer", "name", "atm0", "netns",
                    self.hosts["kiosk"]])
        for host, address in (("bank", BANK_ADDRESS),
                              ("kiosk", KIOSK_ADDRESS)):
            for words in (["address", "add", address + "/24", "dev", "atm0"],
                          ["link", "set", "atm0", "up"],
                          ["link", "set", "lo", "up"]):
                self.check(["ip", "-n", self.hosts[host]] + words)

    def check(self, command, **more):
        result = run(*command, timeout=900, **more)
        if result.returncode != 0:
            raise Failed("%s: %d\n%s%s" % (" ".join(command),
                                           result.returncode, result.stdout,
                                           result.stderr))
        return result

    def file(self, name):
        return os.path.join(self.path, name.lstrip("/"))

    def read(self, name):
        with open(self.file(name)) as f:
            return f.read()

    def write(self, name, text):
        with open(self.file(name), "w") as f:
            f.write(text)

    def inside(self, words, host=None):
        """The command that runs words in this root, on a host."""
        outer = ["ip", "netns", "exec", self.hosts[host]] if host else []
        return outer + ["unshare", "--mount", "sh", "-c", INSIDE,
                        self.path] + list(words)

    def run(self, *words, host=None, input=None, expect=0):
        result = run(*self.inside(words, host), input=input, timeout=900,
                     env=CALM)
        if expect is not None and result.returncode != expect:
            raise Failed("%s: exit %d, not %d\n%s%s" % (
                " ".join(words), result.returncode, expect, result.stdout,
                result.stderr))
        return result

    def install(self, *more):
        """The newest packages, and others of the distribution."""
        packages = []
        for name in ("bankd", "atm-tui"):
            newest = max(glob.glob(os.path.join(
                PACKAGES, name + "_*.deb")),
                         key=os.path.getmtime)
            shutil.copy(newest, self.file("root/%s.deb" % name))
            packages.append("/root/%s.deb" % name)
        self.run("apt-get", "-q", "update")
        self.run("apt-get", "-qy", "install", "--no-install-recommends",
                 *more, *packages)

    def owner_and_mode(self, name):
        st = os.stat(self.file(name))
        names = {uid: user for user, uid in self.users().items()}
        return names.get(st.st_uid), oct(stat.S_IMODE(st.st_mode))

    def users(self):
        return {line.split(":")[0]: int(line.split(":")[2])
                for line in self.read("etc/passwd").splitlines()}

    def close(self):
        for name in self.hosts.values():
            run("ip", "netns", "delete", name)
        shutil.rmtree(self.top, ignore_errors=True)


# As root of a new pid, mount and cgroup namespace: becomes its init.
BOOT = r"""
set -e
cd "$0"
mount --make-rprivate /
mount --bind . . && cd "$0"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs dev
for name in null zero full random urandom tty; do
        : >dev/$name
        mount --bind /dev/$name dev/$name
done
mkdir dev/pts dev/shm old
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
pivot_root . old
umount -l /old
rmdir /old
mount --make-rshared /
exec /usr/bin/env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --log-target=null --unit=multi-user.target
"""


class Booted:
    """systemd as the init of namespaces on a Root, in a cgroup of its own."""

    def __init__(self, root):
        self.root, self.process = root, None
        self.cgroups = os.path.join(root.top, "cgroups")
        self.own = os.path.join(self.cgroups, "boot-%d" % os.getpid())

    def start(self):
        os.mkdir(self.cgroups)
        self.root.check(["mount", "-t", "cgroup2", "cgroup2", self.cgroups])
        os.mkdir(self.own)
        self.process = subprocess.Popen(
            ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec unshare --mount '
             '--pid --fork --uts --ipc --net --cgroup --kill-child sh -c "$@"',
             self.own, BOOT, self.root.path],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        wait_for("systemd to be up", self.is_up, 60)
        self.root.check(["nsenter", "-t", str(self.init()), "-n", "ip",
                         "link", "set", "lo", "up"])

    def init(self):
        """The pid of the namespaces' init, as seen from here."""
        return children(self.process.pid)[0]

    def is_up(self):
        if self.process.poll() is not None:
            raise Failed("no systemd: %s" % self.process.stdout.read())
        if not children(self.process.pid):
            return False
        said = self.run("systemctl", "is-system-running", expect=None).stdout
        return said.strip() in ("running", "degraded")

    def run(self, *words, input=None, expect=0):
        result = run("nsenter", "-t", self.init(), "-m", "-p", "-u", "-i",
                     "-n", "env", "-i", "PATH=" + CALM["PATH"], *words,
                     input=input, timeout=120)
        if expect is not None and result.returncode != expect:
            raise Failed("%s: exit %d, not %d\n%s%s" % (
                " ".join(words), result.returncode, expect, result.stdout,
                result.stderr))
        return result

    def kill(self, pid):
        self.run("sh", "-c", "kill -KILL " + pid)

    def show(self, unit, name):
        return self.run("systemctl", "show", unit, "-p", name,
                        "--value").stdout.strip()

    def close(self):
        if self.process is not None:
            # The end of an init is the end of all in its namespace; who
            # waits for it heeds no other signal.
            for pid in children(self.process.pid) or [self.process.pid]:
                os.kill(pid, signal.SIGKILL)
            patience.end(self.process, 60)
            self.process.stdout.close()
        for path, _, _ in os.walk(self.own, topdown=False):
            wait_for("cgroup %s to be empty" % path,
                     lambda: self._removed(path))
        run("umount", self.cgroups)

    @staticmethod
    def _removed(path):
        try:
            os.rmdir(path)
        except OSError:
            return not os.path.isdir(path)
        return True


def build_packages():
    """Those of SUITE, of the tree as it stands, into PACKAGES."""
    root = Root()
    try:
        root.make()
        tree = root.file("root/bankd")
        shutil.copytree(TOP, tree, symlinks=True,
                        ignore=shutil.ignore_patterns(
                            "build", ".git", "*.pyc", "*.key"))
        root.run("apt-get", "-q", "update")
        root.run("apt-get", "-qy", "install", "--no-install-recommends",
                 "make")
        root.run("make", "-C", "/root/bankd", "deb")
        os.makedirs(PACKAGES, exist_ok=True)
        for package in glob.glob(os.path.join(tree, "build", "*.deb")):
            shutil.copy(package, PACKAGES)
    finally:
        root.close()


if __name__ == "__main__":
    build_packages()
