# SPDX-License-Identifier: ISC
"""The tree's own files as text.  Sources are found by their names, which are
unique in a program: no test knows in which room a file stands."""

import fnmatch
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def paths(folder, *patterns):
    """The files below `folder` whose names match one of the patterns."""
    return sorted(
        os.path.join(room, name)
        for room, _, names in os.walk(os.path.join(TOP, folder))
        for name in names
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns))


def read(path):
    with open(path) as f:
        return f.read()


def path(folder, name):
    """The one file of that name below `folder`."""
    found = paths(folder, name)
    if len(found) != 1:
        raise FileNotFoundError("%s/**/%s: %d" % (folder, name, len(found)))
    return found[0]


def source(folder, *names):
    """A file by its path below the top, or one below `folder` by its name."""
    known = os.path.join(TOP, folder, *names)
    return read(known if os.path.exists(known) else path(folder, names[-1]))


def commands():
    """bankctl's, with their arguments: {name: arguments}."""
    return dict(re.findall(
        r'\{ "([a-z]+)",\s*"([^"]*)",\s*\d+,\s*\w+,',
        re.sub(r'"\s*\n\s*"', "", source("bankd", "bankctl_main.c"))))


def asking():
    """Those of bankctl's commands that ask for a reason at a terminal by the
    table; deposit and adjust do it by themselves."""
    return set(re.findall(
        r'\{ "([a-z]+)",\s*"[^"]*",\s*\d+,\s*\w+,\s*ASKED,',
        re.sub(r'"\s*\n\s*"', "", source("bankd", "bankctl_main.c"))))


def verbs():
    """bankctl's commands; those of several words by each of them."""
    for name, arguments in commands().items():
        if name in ("kiosk", "cash", "hosts"):
            yield from (name + " " + word for word in re.findall(
                r"(?:^|\| )([a-z]+)", arguments) if word != "kiosk")
        if name not in ("kiosk", "hosts"):
            yield name
        for option in ("--one-time", "--journal"):
            if option in arguments:
                yield name + " " + option
