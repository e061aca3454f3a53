# SPDX-License-Identifier: ISC
"""Traces of one transaction, and of the sessions that asked for it: logins, R,
requests, OUTCOME, their answers, ends of links, kills of hosts, and when the
bank had it booked or settled.  Forged ones say of a transaction that it was
refused where it was booked, and the like."""

from step import Step, put

CONNECTIONS = 8     # as txid.pml has it with TRACE
STEPS_MOST = 24


def sessions_of(lines, deed):
    return {words[2] for words in lines
            if words[0] in ("request", "outcome") and words[3] == deed}


def steps_of(lines, deed):
    """One transaction's: (what, words) with the numbers of its own links."""
    sessions, links, waiting = sessions_of(lines, deed), {}, {}

    def link(number):
        return links.setdefault(number, len(links))
    homes = {}      # of a session: the link of its login
    for what, *words in lines:
        if what == "login" and words[2] in sessions:
            homes[words[2]] = link(words[1])
            yield Step(what, (words[0], link(words[1])))
        elif what == "resume" and words[2] in homes:
            yield Step(what, (words[0], link(words[1]), homes[words[2]]))
        elif what == "resumed" and words[0] in links:
            yield Step("in" if words[1] == "200" else "gone",
                       (link(words[0]),))
        elif what in ("request", "outcome") and words[2] == deed:
            waiting[words[0]] = what
            yield Step(what, (link(words[0]),))
        elif what == "told" and words[1] == deed and waiting.get(words[0]):
            yield Step(answer(waiting.pop(words[0]), words[2]),
                       (link(words[0]),))
        elif what == "ended" and words[0] in links:
            waiting.pop(words[0], None)
            yield Step(what, (link(words[0]),))
        elif what == "die" and homes:
            yield Step(what, (words[0],))
        elif what in ("booked", "settled") and words[0] == deed:
            yield Step(what, ())


def answer(asked, code):
    if code == "200":
        return "done"
    if asked == "request":
        return "refused"
    return {"404": "unknown", "503": "busy"}.get(code, "none")


def cut(steps):
    """As many as the model has links for; what is behind the newest thing
    that was told or seen says nothing."""
    taken = []
    for step in steps:
        if step.what == "none" or len(taken) == STEPS_MOST or any(
                isinstance(word, int) and word >= CONNECTIONS
                for word in step.words):
            break
        taken.append(step)
    while taken and taken[-1].what in ("die", "ended", "resume", "request",
                                       "outcome", "login"):
        taken.pop()
    return taken


def all_traces(banks):
    for lines in banks:
        deeds = dict.fromkeys(words[3] for words in lines
                              if words[0] in ("request", "outcome"))
        for deed in deeds:
            steps = cut(steps_of(lines, deed))
            if len(steps) > 2:
                yield steps


def interest(steps):
    """What goes wrong in it, in short."""
    kinds = [step.what for step in steps]
    return (len(set(kinds)), "settled" in kinds, "resume" in kinds,
            len(kinds))


def died(steps, link):
    """Whether the host of the session that is resumed on this link died after
    the login; another host's death ends no session of this one."""
    home = next(words[2] for what, words in steps
                if what == "resume" and words[1] == link)
    begun, host = next((index, words[0])
                       for index, (what, words) in enumerate(steps)
                       if what == "login" and words[1] == home)
    return ("die", (host,)) in steps[begun:]


def forged(traces):
    """(what was changed, trace): at most one of a kind."""
    found = {}
    for steps in traces:
        kinds = [step.what for step in steps]
        for index, step in enumerate(steps):
            if step.what == "done" and "booked" in kinds[:index]:
                found.setdefault("refused, and it is booked",
                                 put(steps, index, "refused"))
                if "outcome" in kinds:
                    found.setdefault("unknown, and it is booked",
                                     put(steps, index, "unknown"))
            if step.what == "unknown" and "settled" in kinds:
                found.setdefault("done, and it is settled", put(
                    steps, index, "done"))
            if step.what == "settled":
                found.setdefault("settled, then booked", steps[:index + 1] + [
                    Step("booked", ())])
            if step.what == "gone" and died(steps[:index], step.words[0]):
                found.setdefault("resumed behind a kill",
                                 put(steps, index, "in"))
            if step.what == "refused" and "booked" not in kinds:
                found.setdefault("refused, then done on its link", steps[
                    :index + 1] + [Step("request", step.words),
                                   Step("done", step.words)])
    return sorted(found.items())


ANSWERS = {"in": "IN", "gone": "GONE", "done": "DONE", "refused": "REFUSED",
           "unknown": "UNKNOWN", "busy": "BUSY"}


def promela(step):
    what, words = step
    if what == "login":
        return "atomic { host_of[%d] = %s; up[%d]!LOGIN,0 }; down[%d]?IN" % (
            words[1], words[0], words[1], words[1])
    if what == "resume":
        return "atomic { host_of[%d] = %s; up[%d]!RESUME,%d }" % (
            words[1], words[0], words[1], words[2])
    if what in ("request", "outcome", "ended"):
        return "up[%d]!%s,0" % (words[0], what.upper())
    if what == "die":
        return "dies[%s] = true; !dies[%s]" % (words[0], words[0])
    if what in ("booked", "settled"):
        return {"booked": "(booked == 1)", "settled": "settled"}[what]
    return "down[%d]?%s" % (words[0], ANSWERS[what])
