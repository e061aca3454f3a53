# SPDX-License-Identifier: ISC
"""Traces of the lots of two hosts, from where both have all there are until
one of them has put a second lot: which lots a host put in, took over and was
in doubt about.  Forged ones have two lots of one number, a lot put in by who
hasn't the one before, a transaction in two lots, and the like."""

from step import Step

HOSTS = 2
DOUBTS_MOST = 3     # the model's cuts and promotions are as many


class Window:
    """What happens behind the lot that both have: the model's lot 0."""

    def __init__(self, base):
        self.base, self.steps = base, []
        self.put, self.doubtful = set(), set()
        self.over = False

    def take(self, what, host, number=0, whose=0):
        again = what == "doubt" and host in self.doubtful
        if what == "mine" and host in self.put or \
                what == "doubt" and (host in self.put or sum(
                    s.what == "doubt" for s in self.steps) == DOUBTS_MOST) or \
                what == "took" and whose in (host, HOSTS) or what == "die":
            self.over = True
        if self.over or again:
            return
        if what == "mine":
            self.put.add(host)
        if what == "doubt":
            self.doubtful.add(host)
        else:
            self.doubtful.discard(host)
        self.steps.append(Step(what, (host, number - self.base, whose)
                               if number else (host, 0, host)))


def events_of(lines):
    """(what, host, ...) with numbers; a stranger's lots are those of a third
    host."""
    for what, *words in lines:
        if what in ("mine", "took", "doubt", "die"):
            host, *more = map(int, words)
            if more:
                more[1] = min(more[1], HOSTS)
            yield (what, host, *more)


def all_traces(banks):
    for lines in banks:
        heads, doubtful, windows = [None] * HOSTS, set(), []
        for what, host, *more in events_of(lines):
            if None not in heads and len(set(heads)) == 1 and not doubtful:
                windows.append(Window(heads[0]))
            for window in windows:
                window.take(what, host, *more)
            for window in [w for w in windows if w.over]:
                windows.remove(window)
                yield from worth(window)
            heads[host] = more[0] if more else \
                None if what == "die" else heads[host]
            (doubtful.add if what == "doubt" else doubtful.discard)(host)
        for window in windows:
            yield from worth(window)


def worth(window):
    if len(window.steps) > 1:
        yield window.steps


# -- real hosts, whose logs say nothing of the order between the two ---------

def part_of(events, base, most):
    """What one host did behind that lot, of those up to `most`."""
    steps, head, put, doubts = [], None, False, 0
    for what, number, whose, host in events:
        if head is None:
            head = number if what != "doubt" and number == base else None
            continue
        again = what == "doubt" and steps and steps[-1].what == "doubt"
        if number != head + 1 or number > most or put and whose == host or \
                what == "took" and whose == host or \
                what == "doubt" and not again and doubts == DOUBTS_MOST:
            break
        put = put or what == "mine"
        doubts += what == "doubt" and not again
        head = number if what != "doubt" else head
        if not again:
            steps.append(Step(what, (
                host, number - base if what != "doubt" else 0, whose)))
    return steps


def traces_of_hosts(events):
    """`events`: for each host its (what, number, whose, host)."""
    owners = {number: whose for of in events
              for what, number, whose, _ in of if what != "doubt"}
    for base in sorted(owners):
        if base + 1 not in owners:
            continue
        both = owners.get(base + 2, owners[base + 1]) != owners[base + 1]
        parts = [part_of(of, base, base + 1 + both) for of in events]
        if all(parts):
            yield [Step("hosts", tuple(parts))]


def forged_by_hosts(traces):
    """(what was changed, trace): at most one of a kind."""
    found = {}
    for (_, (one, two)), in traces:
        ours = [s for s in one if s.what == "mine"]
        theirs = [s for s in two if s.what == "mine"]
        if ours and theirs:
            same = theirs[0]._replace(words=(1, ours[0].words[1], 1))
            found.setdefault("two lots of one number", [Step("hosts", (
                one, [same if s == theirs[0] else s for s in two]))])
        if ours and any(s.what == "took" for s in two):
            found.setdefault("a lot taken that was another one", [
                Step("hosts", (one, [
                    s._replace(words=(1, s.words[1] % 2 + 1, s.words[2]))
                    if s.what == "took" else s for s in two]))])
    return sorted(found.items())


# -- what spin reads ---------------------------------------------------------

def interest(steps):
    """What goes wrong in it, in short."""
    if steps[0].what == "hosts":
        steps = [step for part in steps[0].words for step in part]
    kinds = [step.what for step in steps]
    return (len(set(kinds)), kinds.count("doubt"), len(kinds))


def forged(traces):
    """(what was changed, trace): at most one of a kind."""
    found = {}
    for steps in traces:
        for index, (what, (host, number, _)) in enumerate(steps):
            before = steps[:index]
            other = 1 - host
            behind = ("took", (host, number - 1, other))
            theirs = [s.words[1] for s in before
                      if s.what == "mine" and s.words[0] == other]
            if what == "mine" and theirs:
                found.setdefault("two lots of one number", [
                    *before, Step(what, (host, theirs[0], host))])
            if what == "mine" and behind in before:
                found.setdefault("a lot behind one that isn't there", [
                    *(s for s in before if s != behind), steps[index]])
            if what == "mine" and ("doubt", (host, 0, host)) in before and \
                    ("took", (other, number, host)) in before:
                found.setdefault("a transaction in two lots", [
                    *before, Step(what, (host, number + 1, host))])
            if what == "took" and theirs:
                found.setdefault("its own lot for another's", [
                    *before, Step(what, (host, number, host))])
                found.setdefault("the lot behind the one", [
                    *before, Step(what, (host, number + 1, other))])
    return sorted(found.items())


def promela(step):
    if step.what == "hosts":
        return "done[0] = 0; done[1] = 0; do\n\t%s\n\t:: done[0] == %d && " \
            "done[1] == %d -> break\n\tod" % ("\n\t".join(
                ":: done[%d] == %d -> %s; done[%d]++" % (
                    host, i, promela(s), host)
                for host, part in enumerate(step.words)
                for i, s in enumerate(part)), *map(len, step.words))
    return "saw?%s,%d,%d,%d" % (step.what.upper(), *step.words)
