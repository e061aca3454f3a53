# SPDX-License-Identifier: ISC
"""A Prometheus of a test's own: the real server on a free port of loopback,
which asks a bank's [metrics] listen each second and reckons with the bank's
rules."""

import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from . import bank, patience

PROGRAM = shutil.which("prometheus")
CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: [%s]
scrape_configs:
  - job_name: bank
    static_configs:
      - targets: [%s]
"""


class Prometheus:
    def __init__(self, target, rules):
        self.directory = bank.fresh_directory("prometheus")
        config = os.path.join(self.directory, "prometheus.yml")
        with open(config, "w") as f:
            f.write(CONFIG % (json.dumps(rules), json.dumps(target)))
        self.process = subprocess.Popen(
            [PROGRAM, "--config.file", config, "--storage.tsdb.path",
             os.path.join(self.directory, "data"), "--log.level", "error",
             "--web.listen-address", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, cwd=self.directory)
        try:
            self.port = bank.wait_for("Prometheus to listen", self.listens)
            bank.wait_for("Prometheus to be ready", self.ready)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()
        patience.end(self.process)
        shutil.rmtree(self.directory)

    def listens(self):
        """The port of the one socket on which the process listens."""
        sockets = set()
        where = "/proc/%d/" % self.process.pid
        for name in os.listdir(where + "fd"):
            try:
                sockets |= set(re.findall(
                    r"^socket:\[(\d+)\]$", os.readlink(where + "fd/" + name)))
            except OSError:
                continue        # it was closed meanwhile
        with open(where + "net/tcp") as f:
            for line in f.readlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in sockets:
                    return int(fields[1].split(":")[1], 16)
        return None

    def get(self, path, **words):
        url = "http://127.0.0.1:%d%s?%s" % (
            self.port, path, urllib.parse.urlencode(words))
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read()

    def ready(self):
        try:
            return self.get("/-/ready")
        except urllib.error.URLError:
            return None

    def ask(self, query):
        """[({label: value}, number), ...]; an error is raised."""
        answer = json.loads(self.get("/api/v1/query", query=query))
        if answer["status"] != "success" or answer.get("warnings"):
            raise AssertionError("%s: %r" % (query, answer))
        return [(series["metric"], float(series["value"][1]))
                for series in answer["data"]["result"]]

    def rules(self):
        """{name: the rule, as it was reckoned last}"""
        answer = json.loads(self.get("/api/v1/rules"))
        return {rule["name"]: rule for group in answer["data"]["groups"]
                for rule in group["rules"]}
