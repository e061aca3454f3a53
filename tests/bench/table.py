# SPDX-License-Identifier: ISC
"""What the benchmark prints, and the page and pictures it writes."""

import datetime
import json
import os
import platform
import shutil
import subprocess

from programs import CORES, middle, spread

BEGIN, END = "<!-- begin: made by make bench -->", "<!-- end -->"


def machine():
    """One line about where this ran."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    system = "Linux"
    try:
        with open("/etc/os-release") as f:
            for line in f:
                if line.startswith("PRETTY_NAME="):
                    system = line.split("=", 1)[1].strip().strip('"')
    except OSError:
        pass
    with open("/proc/meminfo") as f:
        memory = int(f.readline().split()[1]) // 1024 // 1024
    return "%s, %d cores, %d GB, %s, Linux %s" % (
        model, CORES, memory, system, platform.release())


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime(
        "%Y-%m-%d %H:%M UTC")


def run_line(label, runs):
    """A row of figures; whatever a run doesn't have stays empty."""
    def figure(key, form):
        return form % middle(runs, key) if key in runs[0] else ""

    cells = [label]
    if "throughput" in runs[0] and runs[0].get("requests"):
        cells += [
            figure("throughput", "%.0f"),
            "%.0f %%" % spread(runs, "throughput"),
            figure("p50_us", "%.0f"), figure("p99_us", "%.0f"),
            figure("p999_us", "%.0f"), figure("max_us", "%.0f")]
    elif "throughput" not in runs[0]:
        cells += ["%.2f s" % middle(runs, "seconds"),
                  "%.0f %%" % spread(runs, "seconds"), "", "", "", ""]
    else:
        cells += [""] * 6
    processes = runs[0].get("processes", {})
    cells.append(", ".join(
        "%s %.1f" % (name, middle(runs, "processes/%s/cpu_us" % name))
        for name in processes) if runs[0].get("requests") else "")
    return cells


def target_line(target):
    bound, sign = ((target["least"], "at least") if target["least"] is not None
                   else (target["most"], "at most"))
    return [target["what"],
            "%.3g %s" % (target["value"], target["unit"]),
            "%s %g %s" % (sign, bound, target["unit"]),
            "met" if target["met"] else "MISSED"]


def grid(head, rows):
    """A table that is markdown and lines up on a terminal too."""
    rows = [[str(cell).strip() for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head] + rows)
              for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join(
            cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    return "\n".join([line(head),
                      "| " + " | ".join("-" * w for w in widths) + " |"] +
                     [line(row) for row in rows])


def case_text(case):
    """A case as markdown."""
    text = ["### %s" % case["title"], ""]
    if case["runs"]:
        text += [grid(
            ["", "1/s", "spread", "p50 µs", "p99", "p99.9", "max",
             "CPU µs a request"],
            [run_line(*item) for item in case["runs"].items()]), ""]
    if case["targets"]:
        text += [grid(["to reach", "is", "wanted", ""],
                      [target_line(t) for t in case["targets"]]), ""]
    for note in case["notes"]:
        text += ["- " + note]
    if case["notes"]:
        text += [""]
    return "\n".join(text)


def summary(cases):
    targets = [t for case in cases for t in case["targets"]]
    met = sum(t["met"] for t in targets)
    return "%d targets: %d met, %d missed" % (
        len(targets), met, len(targets) - met)


# What the front and the vault do on one thread each.
ONE_THREAD = "transfer", "balance", "mix"
# Of its time; what is less is no bound.
READY = 0.1


def bound_line(label, runs):
    """Which of the machine's parts a run had nothing left of."""
    seconds = middle(runs, "seconds")
    busy, words = 0, [label]
    rates = {}
    for name in ("load", "front", "vault"):
        cpu = middle(runs, "processes/%s/cpu_s" % name)
        system = middle(runs, "processes/%s/system_s" % name)
        busy += cpu / seconds
        words.append("%.2f (%.0f %%)" % (
            cpu / seconds, 100 * system / cpu if cpu else 0))
        each = middle(runs, "processes/%s/cpu_us" % name)
        rates[name] = 1e6 / each if each else 0
    vault, ready = (middle(runs, "processes/vault/" + key) / seconds
                    for key in ("loop_s", "ready_s"))
    words += ["%.2f + %.2f" % (vault, ready)]
    if runs[0].get("rate"):
        now = "the rate that is asked for"
    elif busy >= 0.9 * CORES:
        now = "the cores"
    elif vault >= 0.9:
        now = "the vault's thread"
    else:
        now = "waiting: %sdisk, wake-ups" % (
            "a core, " if ready >= READY else "")
    # Logins and pages are on threads of their own.
    following = runs[0]["case"] in ONE_THREAD and min(
        (name for name in ("front", "vault") if rates[name]),
        key=rates.get, default=None)
    return words + ["%.2f of %d" % (busy, CORES), now,
                    "%s, %.0f/s" % (following, rates[following])
                    if following else ""]


def bounds(cases):
    """The bank's own runs, and what each could use no more of."""
    rows = [bound_line("%s, %s" % (case["name"], label), runs)
            for case in cases if case["name"] != "curves"
            for label, runs in case["runs"].items()
            if runs[0].get("requests") and
            "vault" in runs[0].get("processes", {})]
    if not rows:
        return ""
    return grid(["", "load", "front", "vault", "its loop", "busy", "bound by",
                 "with more cores"], rows)


# In a busy hour a kiosk has a customer every VISIT_S, who asks so often.
KIOSKS, CUSTOMERS, VISIT_S = 10000, 1000000, 120
VISIT = (("logins", "logins", "logins", 1),
         ("balance requests", "balance", "bank 64", 2),
         ("transfers", "transfers", "bank 64", 1))


def model_cores(cases):
    """Rows of what a visit takes of the cores, and their sum."""
    rows, cores = [], 0
    for what, case, label, times in VISIT:
        runs = cases.get(case, {}).get("runs", {}).get(label)
        if not runs:
            continue
        each = sum(middle(runs, "processes/%s/cpu_us" % name)
                   for name in ("front", "vault"))
        rate = KIOSKS / VISIT_S * times
        cores += each * rate / 1e6
        rows.append([what, "%.0f µs of a core" % each, "%.0f a second" % rate,
                     "%.3f cores" % (each * rate / 1e6)])
    if len(rows) == len(VISIT):
        rows.append(["all of it", "", "", "%.2f cores" % cores])
    return rows


def model_memory(cases):
    rows = []
    for what, case, name, count, unit in (
            ("memory of kiosks", "idle", "front and vault, each kiosk",
             KIOSKS, 1024),
            ("memory of customers", "customers", "memory of a customer",
             CUSTOMERS, 1)):
        for target in cases.get(case, {}).get("targets", ()):
            if target["what"] == name:
                rows.append([
                    what, "%.4g %s" % (target["value"], target["unit"]),
                    "{:,}".format(count),
                    "%.0f MB" % (target["value"] * unit * count / 1e6)])
    return rows


def model(cases):
    """What one bank of this size takes, from the figures of this run."""
    cases = {case["name"]: case for case in cases}
    rows = model_cores(cases) + model_memory(cases)
    grown = cases.get("growth", {}).get("runs", {}).get("in batches")
    if grown:
        each, rate = middle(grown, "bytes"), KIOSKS / VISIT_S
        rows.append(["disk", "%.0f bytes a transfer" % each,
                     "%.0f a second" % rate,
                     "%.1f GB a day" % (each * rate * 86400 / 1e9)])
    for label in "after a stop", "after a kill":
        runs = cases.get("start", {}).get("runs", {}).get(label)
        if runs:
            rows.append(["start " + label, "", "",
                         "%.2f s" % middle(runs, "seconds")])
    return rows and grid(["", "measured", "here", "takes"], rows)


def page(result):
    text = ["%s, %s, `%s`, seed %s." % (
        result["date"], result["machine"], result["command"],
        result["seed"]), ""]
    for picture in result.get("pictures", []):
        text += ["![%s](%s)" % (os.path.splitext(picture)[0], picture), ""]
    for case in result["cases"]:
        text += [case_text(case)]
    for title, said, table in (
            ("What bounds each run",
             "Cores that each process kept busy, how much of that in system "
             "calls; how much of its time the vault's one thread of money "
             "ran + was ready to run but waited for a core (the rest it "
             "slept, for the disk or since nothing was there); and which "
             "process would be full next if there were a core for each: at "
             "so many requests a second.",
             bounds(result["cases"])),
            ("A model: one bank with {:,} kiosks and {:,} customers".format(
                KIOSKS, CUSTOMERS),
             "In a busy hour each kiosk has a customer every %d seconds, who "
             "logs in, asks for the balances twice, transfers once and goes."
             % VISIT_S,
             model(result["cases"]))):
        if table:
            text += ["### " + title, "", said, "", table, ""]
    return "\n".join(text + [summary(result["cases"])])


def write(directory, result):
    """results.json, the pictures, and the table between the marks of
    README.md; what a person wrote around it stays."""
    result["pictures"] = draw(directory, result["cases"])
    with open(os.path.join(directory, "results.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    path = os.path.join(directory, "README.md")
    with open(path) as f:
        old = f.read()
    before, _, rest = old.partition(BEGIN)
    after = rest.partition(END)[2]
    with open(path, "w") as f:
        f.write("%s%s\n%s\n%s%s" % (before, BEGIN, page(result), END, after))


# Pictures

HEAD = """set terminal svg size 720,420 font 'sans-serif,13' background 'white'
set output '%s'
set key top left
set grid
set border 3
set tics nomirror
"""


def plot(directory, name, commands, series):
    """`series`: {title: [(x, y) ...]}; each is a line with points."""
    series = {title: points for title, points in series.items() if points}
    if not series:
        return None
    text = HEAD % name + commands
    for number, points in enumerate(series.values()):
        text += "$d%d << E\n%sE\n" % (number, "".join(
            "%g %g\n" % point for point in points))
    text += "plot " + ", ".join(
        "$d%d using 1:2 with linespoints lw 2 pt 7 ps 0.6 title '%s'" % (
            number, title) for number, title in enumerate(series)) + "\n"
    subprocess.run(["gnuplot"], input=text, text=True, check=True,
                   cwd=directory, timeout=60)
    return name


def draw(directory, cases):
    """The pictures that these cases have the figures for."""
    if not shutil.which("gnuplot"):
        return []
    runs = {case["name"]: case["runs"] for case in cases}
    drawn = []
    if "transfers" in runs:
        names = {"bank": "the bank", "echo": "TLS echo",
                 "PostgreSQL": "PostgreSQL", "Redis": "Redis"}
        drawn.append(plot(
            directory, "throughput.svg",
            "set logscale xy\nset xlabel 'kiosks'\n"
            "set ylabel 'durable transfers a second'\n"
            "set xtics (1, 64, 256, 1024)\n",
            {title: [(n, middle(runs["transfers"]["%s %d" % (name, n)],
                                "throughput")) for n in (1, 64, 256, 1024)
                     if "%s %d" % (name, n) in runs["transfers"]]
             for name, title in names.items()}))
    if "curves" in runs:
        drawn.append(plot(
            directory, "latency.svg",
            "set logscale y\nset xlabel 'requests a second, offered'\n"
            "set ylabel 'microseconds from when it was due'\n",
            {"%s, %s" % (name, title): [
                (run[0]["rate"], run[0][key])
                for label, run in runs["curves"].items()
                if label.startswith(name)]
             for name in ("bank", "echo")
             for key, title in (("p50_us", "median"), ("p99_us", "p99"))}))
    return [name for name in drawn if name]
