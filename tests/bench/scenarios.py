# SPDX-License-Identifier: ISC
"""The cases of the benchmark: what runs by turns, and which ratio of it is
to be reached.  Each is a function that gets a Bench and fills a Case."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import kiosk as terminal
import rivals
from lib import bank as lib
from banks import Bank
from case import FDATASYNC_S, Case
from cluster import Cluster
from crowd import Crowd
from programs import CORES, Trouble, WriteBack, load, probe, probe_cores

# Of strangers who make a TLS connection and go: a quarter of what one core
# can take, as both ends of them are on this machine.
HANDSHAKES = 500
FLOOD, FLOODERS = 101, 2000     # of what logins the bank can do; connections


def transfers(bench):
    """durable transfers"""
    case = Case("transfers", "durable transfers, {:,} customers".format(
        bench.settings.customers))
    bank, echo = bench.bank(), bench.echo()
    others = bench.rivals(case)
    seconds = bench.settings.seconds
    for _ in bench.rounds():
        case.add("fdatasync", bench.fdatasync())
        case.add("a hop", probe(bench.settings, "hop", FDATASYNC_S))
        for n in 1, 64, 256, 1024:
            case.add("echo %d" % n, echo.measure("echo:%d" % n))
            case.add("bank %d" % n, bank.measure("transfer:%d" % n)[0])
            for other in others:
                if n <= 256:
                    case.add("%s %d" % (other.name, n), other.measure(
                        "transfer", n, seconds))
    for other in others:
        other.check()
    case.ratio("1 kiosk, of PostgreSQL", "bank 1", "PostgreSQL 1", least=1.1)
    case.ratio("1 kiosk, of Redis", "bank 1", "Redis 1", least=1.1)
    case.target(
        "1 kiosk, p50 of (echo + fdatasync)", case.of("bank 1", "p50_us") / (
            case.of("echo 1", "p50_us") + case.of("fdatasync", "p50_us")),
        most=1.3)
    parts = [case.of(label, "p50_us")
             for label in ("echo 1", "a hop", "fdatasync")]
    case.notes.append(
        "of the %.0f µs of one kiosk's transfer %.0f are the echo, %.0f a hop "
        "between two processes, %.0f a bare fdatasync: %.0f/s if the bank did "
        "nothing else" % (case.of("bank 1", "p50_us"), *parts,
                          1e6 / sum(parts)))
    for n in 1, 64, 256, 1024:
        label = "bank %d" % n
        each, took_us = (case.of(label, "commit/" + key)
                         for key in ("transfers", "us"))
        case.notes.append(
            "%s: %.0f transfers a commit, which takes %.0f µs, of which a "
            "bare fdatasync is %.0f: %.0f %% of the time" % (
                label, each, took_us, parts[2],
                100e-6 * took_us * case.of(label) / each))
        if n > 1:   # one's is mostly that of looking for work
            case.note_loop(label)
            case.note_cost(label, [("the echo", case.cost("echo %d" % n))])
    case.target("a commit at 64, of a bare fdatasync",
                case.of("bank 64", "commit/us") / parts[2], most=1.6)
    case.ratio("64, of Redis", "bank 64", "Redis 64", least=1.25)
    case.ratio("64, of PostgreSQL", "bank 64", "PostgreSQL 64", least=5)
    case.ratio("64, of the echo", "bank 64", "echo 64", least=0.38)
    case.ratio("256, of Redis", "bank 256", "Redis 256", least=1.5)
    case.ratio("256, of PostgreSQL", "bank 256", "PostgreSQL 256", least=9)
    case.ratio("1,024 of 256 kiosks", "bank 1024", "bank 256", least=0.7)
    bench.check(case, bank)
    return case


def hosts(bench):
    """many hosts: one and two on PostgreSQL with a synchronous standby"""
    case = Case("hosts", "many hosts: durable transfers on a primary and a "
                "synchronous standby, beside PostgreSQL's own on the same")
    if not rivals.Postgres.programs():
        case.notes.append(rivals.Postgres.missing)
        return case
    cluster = bench.shared("cluster", lambda: Cluster(bench.settings))
    for _ in bench.rounds():
        for n in 64, 256:
            case.add("pgbench %d" % n, cluster.beside.measure(
                "transfer", n, bench.settings.seconds))
            case.add("one host %d" % n, cluster.measure(n))
        case.add("two hosts 64", cluster.together(64))
        case.add("a notice", cluster.notices())
        case.add("a host is lost", cluster.host_lost())
        case.add("the primary is lost", cluster.server_lost())
    case.ratio("64, of pgbench", "one host 64", "pgbench 64", least=3)
    case.ratio("256, of pgbench", "one host 256", "pgbench 256", least=6)
    case.ratio("two hosts, of one", "two hosts 64", "one host 64", least=0.8)
    case.ratio("two hosts' p99, of one's", "two hosts 64", "one host 64",
               "p99_us", most=3)
    case.target("a notice at the other host, p99",
                case.of("a notice", "p99_us") / 1000, most=50, unit="ms")
    case.target("login elsewhere after a host's end",
                case.of("a host is lost", "seconds"), most=2, unit="s")
    case.target("a transfer after the promotion",
                case.of("the primary is lost", "after_standby_s"), most=3,
                unit="s")
    case.target("WAL for an entry at 64", case.of("one host 64", "wal"),
                most=200, unit="bytes")
    case.notes.append("hosts: " + cluster.check())
    return case


def balance(bench):
    """balance requests while transfers go on"""
    case = Case("balance", "balance requests, 64 kiosks, transfers going on")
    bank, echo = bench.bank(), bench.echo()
    others = [o for o in bench.rivals(case) if o.name == "PostgreSQL"]
    for _ in bench.rounds():
        case.add("echo 64", echo.measure("echo:64"))
        asked, moved = bank.measure("balance:64", "transfer:16:500")
        case.add("bank 64", asked)
        case.add("bank, the transfers", moved)
        for other in others:
            case.add("%s 64" % other.name, other.measure(
                "balance", 64, bench.settings.seconds))
    case.ratio("of pgbench's SELECT", "bank 64", "PostgreSQL 64", least=2.5)
    case.ratio("of the echo", "bank 64", "echo 64", least=0.4)
    case.target("p99 of its own median", case.of("bank 64", "p99_us") /
                case.of("bank 64", "p50_us"), most=3)
    case.note_cost("bank 64", [("the echo", case.cost("echo 64"))])
    bench.check(case, bank)
    return case


def mix(bench):
    """four balance requests to a transfer"""
    case = Case("mix", "four balance requests to a transfer, 64 kiosks")
    bank, echo = bench.bank(), bench.echo()
    for _ in bench.rounds():
        case.add("echo 64", echo.measure("echo:64"))
        case.add("bank 64", bank.measure("mix:64")[0])
    case.ratio("of the echo", "bank 64", "echo 64", least=0.55)
    case.note_loop("bank 64")
    case.note_cost("bank 64", [("the echo", case.cost("echo 64"))])
    bench.check(case, bank)
    return case


def logins(bench):
    """logins at the default cost, alone and beside transfers"""
    case = Case("logins", "logins at the default cost of a hash")
    bank, echo = bench.bank(1000, cost=0), bench.echo()
    settings, long = bench.settings, 2 * bench.settings.seconds
    for _ in bench.rounds():
        case.add("RSA", probe_cores(settings, "rsa", 1))
        case.add("yescrypt", probe_cores(settings, "yescrypt", 1, "0"))
        case.add("in large pages", probe_cores(settings, "hash", 1, "0"))
        case.add("TLS handshakes", echo.measure("handshake:8"))
        case.add("logins", bank.measure("login:32", seconds=long)[0])
        case.add("transfers", bank.measure("transfer:64")[0])
        moved, came = bank.measure(
            "transfer:64", "login:32", seconds=long, warm=2)
        case.add("transfers beside logins", moved)
        case.add("logins beside transfers", came)
    # Of a core, for one login; both ends of its TLS too.
    parts = {label: [("RSA", case.of("RSA", "p50_us")),
                     (label, case.of(label, "p50_us")),
                     ("TLS", case.cost("TLS handshakes"))]
             for label in ("yescrypt", "in large pages")}
    share = {label: 1e-6 * case.of("logins") * sum(
        us for _, us in those) / CORES for label, those in parts.items()}
    case.target("of what the cores allow", share["yescrypt"], least=0.9)
    case.notes.append("of what they would allow were each hash made in large "
                      "pages, as the bank does: %.2f" %
                      share["in large pages"])
    case.note_cost("logins", parts["in large pages"])
    case.ratio("transfers beside logins, of alone",
               "transfers beside logins", "transfers", least=0.8)
    case.note_loop("transfers beside logins")
    bench.check(case, bank)
    return case


def beside(bench, bank, other, anchor, port):
    """64 logged in, while a load generator of its own does another thing:
    what both found."""
    settings = bench.settings
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(load, settings, anchor, port, [other],
                            seconds=settings.seconds, warm=3)
        moved = bank.measure("transfer:64", warm=2)[0]
        return moved, found.result()[0]


def hostile(bench):
    """honest kiosks beside a slow crowd, and beside floods"""
    case = Case("hostile", "50 honest kiosks beside 2,000 slow ones; 64 "
                "logged in beside floods of logins and of handshakes")
    bank, echo = bench.bank(1000, cost=0), bench.echo()
    bank.up()
    capacity = bank.measure("login:32")[0]["throughput"]
    for _ in bench.rounds():
        # Long enough that the first are cut off, and renewed.
        case.add("50 alone", bank.measure("balance:50:500", seconds=8)[0])
        with Crowd(bank) as crowd:
            case.add("50 beside the slow",
                     bank.measure("balance:50:500", seconds=8)[0])
        case.notes.append("slow ones cut off at their deadline: " + ", ".join(
            "%d %s" % (count, kind) for kind, count in sorted(
                crowd.ended.items())))
        case.add("64 alone", bank.measure("transfer:64")[0])
        moved, flood = bank.measure(
            "transfer:64", "flood:%d:%d" % (FLOODERS, FLOOD * capacity),
            warm=2)
        case.add("64 beside the flood", moved)
        case.add("the flood", flood)
        # As many blocks that cost the bank nothing: what the machine leaves.
        moved, flood = beside(bench, bank, "echo:512:%d" % (FLOOD * capacity),
                              echo.anchor, echo.port)
        case.add("64 beside as much at the echo", moved)
        moved, flood = beside(
            bench, bank, "handshake:32:%d" % HANDSHAKES,
            os.path.join(bank.etc, "bank.crt"), bank.process.port)
        case.add("64 beside handshakes", moved)
        case.add("the handshakes", flood)
    if any(run["lost"] for label in ("50 beside the slow",
                                     "64 beside the flood",
                                     "64 beside handshakes")
           for run in case.runs[label]):
        raise Trouble("honest kiosks were dropped")
    case.ratio("p99 beside the slow, of alone", "50 beside the slow",
               "50 alone", "p99_us", most=2)
    case.ratio("transfers beside the flood, of alone", "64 beside the flood",
               "64 alone", least=0.8)
    case.target("the flood that is offered, of what logins the bank can do",
                case.of("the flood", "rate") / capacity, least=100)
    case.notes.append(
        "of the flood, %.0f/s on %d connections, the bank reads %.0f/s: whom "
        "it refuses since too many wait it reads again a second later" % (
            case.of("the flood", "rate"), FLOODERS, case.of("the flood")))
    for what, label in (("as much at the echo", "as much at the echo"),
                        ("%d handshakes/s" % HANDSHAKES, "handshakes")):
        case.notes.append("transfers beside %s: %.2f of alone" % (
            what, case.of("64 beside " + label) / case.of("64 alone")))
    bench.check(case, bank)
    return case


def idle(bench):
    """10,000 kiosks that do nothing"""
    case = Case("idle", "idle kiosks, 10,000 at once")
    bank, echo = bench.bank(1000), bench.echo()
    case.add("bare TLS", load(
        bench.settings, echo.anchor, echo.port, ["echo:10000:1"], 1000,
        processes=[("echo", echo.pid)])[0])
    bank.up()
    bank.stop()
    case.add("bank", bank.measure("idle:10000", warm=3, seconds=10)[0])

    def grown(label, *names):
        return sum(case.of(label, "processes/%s/rss_after_kib" % name) -
                   case.of(label, "processes/%s/rss_before_kib" % name)
                   for name in names) / 10000

    case.notes.append("a bare TLS connection: %.1f KiB" % grown(
        "bare TLS", "echo"))
    case.target("front and vault, each kiosk", grown(
        "bank", "front", "vault"), most=24, unit="KiB")
    # A tick of /proc's clock is 10 ms; one may be the mark of an hour.
    case.target("CPU at rest", (
        case.of("bank", "processes/front/cpu_s") +
        case.of("bank", "processes/vault/cpu_s")) / case.of(
            "bank", "seconds") * 100, most=0.5, unit="%")
    bench.check(case, bank)
    return case


def customers(bench):
    """3, 1,000 and 1,000,000 customers"""
    sizes = 3, 1000, bench.settings.customers
    case = Case("customers", "3, 1,000 and {:,} customers, 64 kiosks".format(
        sizes[-1]))
    banks = [bench.bank(size) for size in sizes]
    for _ in bench.rounds():
        for size, bank in zip(sizes, banks):
            case.add("%d" % size, bank.measure("transfer:64")[0])
    rates = [case.of("%d" % size) for size in sizes]
    case.target("slowest of fastest", min(rates) / max(rates), least=0.75)
    for bank in banks:
        bank.stop()
    most_mb = []
    for _ in range(3):
        case.add("fdatasync, 10 s", bench.fdatasync(10))
        with WriteBack() as written:
            case.add("stalls, 20 s", banks[-1].measure(
                "transfer:64", seconds=20)[0])
        most_mb.append(written.most_mb)
    case.notes.append(
        "stalls of %s ms, while the kernel wrote back up to %s MB within 0.1 "
        "s: the lines of `balance` that had changed since it last did" % tuple(
            ", ".join(figures) for figures in (
                ["%.0f" % (run["gap_us"] / 1000)
                 for run in case.runs["stalls, 20 s"]],
                ["%.0f" % mb for mb in most_mb])))
    case.target(
        "worst stall in 60 s, of the worst fdatasync",
        max(run["gap_us"] for run in case.runs["stalls, 20 s"]) /
        max(run["max_us"] for run in case.runs["fdatasync, 10 s"]), most=3)
    memory = [memory_of(bank) for bank in (banks[0], banks[-1])]
    case.target("memory of a customer", (
        memory[1] - memory[0]) * 1024 / sizes[-1], most=256, unit="bytes")
    bench.check(case, *banks)
    return case


def memory_of(bank):
    """The vault's, in KiB, after a start that learnt nothing new."""
    bank.up()
    bank.stop()
    bank.up()
    with open("/proc/%d/statm" % dict(bank.pids)["vault"]) as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


def full_bank(bench):
    """A million customers and ten million entries."""
    def make():
        bank = Bank(bench.settings, bench.settings.customers, 1, "bank-full",
                    like=bench.bank())
        bank.stop()
        begun = time.monotonic()
        bank.fill(bench.settings.entries)
        bench.settings.say("  %d entries in %.0f s" % (
            bench.settings.entries, time.monotonic() - begun))
        return bank
    return bench.shared("bank-full", make)


def timed(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def started(bank):
    return {"seconds": bank.start(),
            "cpu": lib.cpu_seconds(dict(bank.pids)["vault"])}


def start(bench):
    """starts with 1,000,000 customers and 10,000,000 entries"""
    case = Case("start", "a start with {:,} customers, {:,} entries".format(
        bench.settings.customers, bench.settings.entries))
    bank = full_bank(bench)
    bank.up()
    for _ in bench.rounds():
        bank.stop()
        case.add("after a stop", started(bank))
        bank.measure("transfer:64", seconds=1, warm=0)
        bank.kill()
        case.add("after a kill", started(bank))
        case.add("the rows alone", {"seconds": timed(bank.read_rows)})
        case.add("the lines alone", {"seconds": timed(bank.read_lines)})
    case.target("after a proper stop", case.of("after a stop", "seconds"),
                most=2, unit="s")
    case.target("killed", case.of("after a kill", "seconds"), most=2,
                unit="s")
    case.notes.append(
        "of the %.2f s after a kill the vault's processor works for %.2f s; to "
        "do nothing but read each value of the customers' rows takes SQLite "
        "%.2f s, to find the ends of the two files' lines takes Python %.2f s"
        % (case.of("after a kill", "seconds"), case.of("after a kill", "cpu"),
           case.of("the rows alone", "seconds"),
           case.of("the lines alone", "seconds")))
    bench.check(case, bank)
    return case


def statement(bench):
    """a page of a statement"""
    case = Case("statement", "a page of 20 entries, 8 kiosks")
    small, full = bench.bank(3), full_bank(bench)
    small.measure("transfer:1:100", seconds=1)
    for _ in bench.rounds():
        case.add("few entries", small.measure("history:8")[0])
        case.add("many entries", full.measure("history:8")[0])
        case.add("transfers alone", full.measure("transfer:64")[0])
        moved, asked = full.measure("transfer:64", "history:8:200")
        case.add("transfers beside pages", moved)
        case.add("200 pages/s beside transfers", asked)
    case.ratio("time of a page, many of few", "many entries", "few entries",
               "p50_us", most=1.25)
    case.ratio("transfers beside 200 pages/s, of alone",
               "transfers beside pages", "transfers alone", least=0.9)
    bench.check(case, small, full)
    return case


def ask(bank, *words):
    """A question of bankctl's: its seconds and its memory, in KiB."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [lib.BANKCTL, "-c", os.path.join(bank.etc, "bankd.ini"), *words],
        stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Trouble("bankctl %s: exit %d" % (
            " ".join(words), process.returncode))
    return {"seconds": time.monotonic() - begun, "kib": usage.ru_maxrss}


def search(bench):
    """bankctl journal over a million entries"""
    entries = min(bench.settings.entries, 1000000)
    case = Case("search", "bankctl journal, {:,} entries".format(entries))
    bank = Bank(bench.settings, 1000, 1, "bank-search")
    try:
        bank.stop()
        bank.fill(entries)
        bank.up()
        with bank.database() as db:
            txid = db.execute("SELECT hex(txid) FROM entry WHERE seq = ?",
                              (bank.last_seq() - entries // 2,)).fetchone()[0].lower()
        questions = (
            ("the newest 20", ()),
            ("one txid", ("--txid", txid)),
            ("an account", ("--account", "c0000500")),
            ("since tomorrow", ("--since", "2100-01-01")),
            ("a memo that none has, all read", ("--memo", "no such memo")),
            ("all of one kind", ("--kind", "transfer", "--limit", "1000000")))
        for _ in bench.rounds():
            for label, words in questions:
                case.add(label, ask(bank, "journal", *words))
        for label, _ in questions:
            case.notes.append("%s: %.3f s, %.1f MiB" % (
                label, case.of(label, "seconds"),
                case.of(label, "kib") / 1024))
        bench.check(case, bank)
    finally:
        bank.close()
    return case


def growth(bench):
    """bytes on disk for each transaction"""
    case = Case("growth", "growth of the state")
    bank = Bank(bench.settings, 1000, 1, "bank-growth")
    try:
        for label, group in (("alone", "transfer:1"),
                             ("in batches", "transfer:64")):
            bank.stop()
            before, first = bank.size(), bank.last_seq()
            run = bank.measure(group)[0]
            bank.stop()
            count = bank.last_seq() - first
            run["bytes"] = (bank.size() - before) / count
            case.add(label, run)
            case.notes.append(
                "%s: %.0f bytes a transaction; %.1f GB in a day of 100/s" % (
                    label, run["bytes"], run["bytes"] * 8.64e6 / 1e9))
        case.target("a transaction in batches", case.of("in batches", "bytes"),
                    most=146, unit="bytes")
        case.notes.append("of bank.db an entry's row takes %.0f bytes, 3 of "
                          "which say that it has no memo, operator and "
                          "reason, its txid in the index %.0f, and the pages "
                          "of both %.0f more" % bank.entry_sizes())
        bench.check(case, bank)
    finally:
        bank.close()
    return case


def kiosk(bench):
    """the kiosk's screens"""
    case = Case("kiosk", "the kiosk's screens, 80 by 24")
    bank = bench.bank(3).up()
    os.makedirs(bench.settings.path("atm-state"), exist_ok=True)
    command = [os.path.join(bench.settings.build, "atm-tui"),
               "-c", os.path.join(bank.etc, "atm.ini"),
               "-o", "kiosk.state=" + bench.settings.path("atm-state"),
               "127.0.0.1", bank.process.port]
    for _ in bench.rounds():
        case.add("atm-tui", terminal.measure(command, 200, 10))
    for key, most, unit, what in (
            ("first_ms", 50, "ms", "first screen after exec"),
            ("key_p99_ms", 5, "ms", "key to screen, p99"),
            ("cpu_percent", 0.5, "%", "CPU at rest"),
            ("tick_bytes", 200, "bytes", "a tick of the clock")):
        case.target(what, case.of("atm-tui", key), most=most, unit=unit)
    return case


def curves(bench):
    """times at rates up to the most"""
    case = Case("curves", "transfers at a fixed rate, 256 kiosks")
    bank, echo = bench.bank(), bench.echo()
    top = {"bank": bank.measure("transfer:256")[0]["throughput"],
           "echo": echo.measure("echo:256")["throughput"]}
    for percent in 10, 25, 40, 55, 70, 80, 90:
        rate = percent / 100
        case.add("bank %d %%" % percent, bank.measure(
            "transfer:256:%d" % (top["bank"] * rate))[0])
        case.add("echo %d %%" % percent, echo.measure(
            "echo:256:%d" % (top["echo"] * rate)))
    bench.check(case, bank)
    return case


CASES = {function.__name__: function for function in (
    transfers, hosts, balance, mix, logins, hostile, idle, customers, start,
    statement, search, growth, kiosk, curves)}
