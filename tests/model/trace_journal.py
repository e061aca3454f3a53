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


def interest(steps):
    """What goes wrong in it, in short."""
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
    return "saw?%s,%d,%d,%d" % (step.what.upper(), *step.words)
