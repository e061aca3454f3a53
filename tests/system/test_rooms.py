# SPDX-License-Identifier: ISC
"""The house: which room may include which (tests/lint/layers), that no two
rooms call each other in a circle (tests/lint/circles), what names begin with
(tests/lint/names), how many parameters a function has, how long a
header is, and that one room alone reads the bank's private key
(tests/lint/key)."""

import os
import shutil
import unittest

from lib.bank import BUILD, fresh_directory, run
from lib.sources import TOP

LAYERS = os.path.join(TOP, "tests", "lint", "layers")
KEY = os.path.join(TOP, "tests", "lint", "key")
CIRCLES = os.path.join(TOP, "tests", "lint", "circles")
NAMES = os.path.join(TOP, "tests", "lint", "names")
PARAMETERS = os.path.join(TOP, "tests", "lint", "parameters")
HEADERS = os.path.join(TOP, "tests", "lint", "headers")


class Rooms(unittest.TestCase):
    def test_layers(self):
        result = run(LAYERS, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def test_key(self):
        result = run(KEY, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def test_circles(self):
        result = run(CIRCLES, BUILD, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def test_names(self):
        result = run(NAMES, BUILD, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def test_parameters(self):
        result = run(PARAMETERS, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def test_headers(self):
        result = run(HEADERS, cwd=TOP)
        self.assertEqual((result.stdout, result.returncode), ("", 0))

    def copy(self):
        directory = fresh_directory("house")
        self.addCleanup(shutil.rmtree, directory)
        for name in ("shared", "bankd", "atm-tui", "tests/lint"):
            shutil.copytree(os.path.join(TOP, name),
                            os.path.join(directory, name))
        return directory

    def test_a_forbidden_include_is_named(self):
        directory = self.copy()
        path = os.path.join(directory, "bankd", "front", "front.c")
        with open(path, "a") as f:
            f.write('#include "../vault/core/batch.h"\n')
        with open(path) as f:
            line = len(f.readlines())
        result = run(LAYERS, cwd=directory)
        self.assertEqual(result.stdout, (
            "bankd/front/front.c:%d: bankd/front may not include "
            "bankd/vault/core (../vault/core/batch.h)\n" % line))
        self.assertEqual(result.returncode, 1)

    def test_a_header_for_fewer_rooms_is_named(self):
        directory = self.copy()
        path = os.path.join(directory, "bankd", "vault", "verbs", "checks.h")
        with open(path, "a") as f:
            f.write('#include "../core/vault_state.h"\n')
        result = run(LAYERS, cwd=directory)
        self.assertIn("bankd/vault/verbs may not include bankd/vault/core "
                      "(../core/vault_state.h)\n", result.stdout)
        self.assertEqual(result.returncode, 1)

    def test_a_reader_of_the_key_is_named(self):
        for name, line in (
                ("vault_status.c", '#include "login/login_state.h"\n'),
                ("vault_setup.c", "static EVP_PKEY *mine;\n"),
                ("vault_front.c", "enum { PATH = KEYS_KEY };\n"),
                ("login/login_end.c", "void *open = seal_unwrap;\n")):
            with self.subTest(name):
                directory = self.copy()
                path = os.path.join(directory, "bankd", "vault", name)
                with open(path, "a") as f:
                    f.write(line)
                result = run(KEY, cwd=directory)
                self.assertIn("bankd/vault/%s:" % name, result.stdout)
                self.assertEqual(result.stdout.count("\n"), 1)
                self.assertEqual(result.returncode, 1)

    def test_a_seventh_parameter_is_named(self):
        directory = self.copy()
        path = os.path.join(directory, "shared", "base", "seven.c")
        with open(path, "w") as f:
            f.write("int\nsix(int a, int (*b)(int, int), int c, int d,\n"
                    "    int e, int f)\n{\n}\n\nint\nseven(int a, int b,"
                    " int c, int d,\n    int e, int f, int g)\n{\n}\n")
        result = run(PARAMETERS, cwd=directory)
        self.assertEqual(result.stdout, (
            "shared/base/seven.c:8: seven takes 7 parameters\n"))
        self.assertEqual(result.returncode, 1)

    def test_a_header_that_is_too_long_is_named(self):
        directory = self.copy()
        store = os.path.join(directory, "bankd", "store")
        for name, lines in (("long.h", 81), ("store.h", 121),
                            ("right.h", 80)):
            with open(os.path.join(store, name), "w") as f:
                f.write("\n" * lines)
        result = run(HEADERS, cwd=directory)
        self.assertEqual(result.stdout, (
            "bankd/store/long.h: 81 lines, more than 80\n"
            "bankd/store/store.h: 121 lines, more than 120\n"))
        self.assertEqual(result.returncode, 1)

    def test_a_folder_that_is_no_room_is_named(self):
        directory = self.copy()
        common = os.path.join(directory, "bankd", "common")
        os.mkdir(common)
        with open(os.path.join(common, "x.h"), "w") as f:
            f.write("#define X\n")
        result = run(LAYERS, cwd=directory)
        self.assertIn("bankd/common is no room", result.stdout)
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    unittest.main()
