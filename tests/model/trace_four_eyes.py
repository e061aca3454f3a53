# SPDX-License-Identifier: ISC
"""Traces of one deposit that waits for another operator: who asked for it,
approved or refused it, and under which name; what they were answered, and when
the bank had it booked.  Forged ones have it approved by who asked for it, when
it was over, and the like."""

from step import Step, put

STEPS_MOST = 24
COMMANDS = {"asks": "ASK", "approves": "APPROVE", "refuses": "REFUSE"}
ANSWERS = {"waits": "WAITS", "approved": "APPROVE", "refused": "REFUSE",
           "own": "OWN", "over": "DONE", "gone": "REFUSED",
           "expired": "EXPIRED", "no": "NO", "lost": "NOTHING"}


def steps_of(lines, deed):
    for what, *words in lines:
        if not words or words[0] != deed:
            continue
        if what in COMMANDS:
            yield Step(what, tuple(map(int, words[1:])))
        elif what == "answer":
            yield Step(words[1], ())
        elif what == "booked":
            yield Step(what, ())


def all_traces(banks):
    for lines in banks:
        for deed in dict.fromkeys(
                words[1] for words in lines if words[0] == "asks"):
            steps = list(steps_of(lines, deed))[:STEPS_MOST]
            while steps and steps[-1].what in COMMANDS:
                steps.pop()
            if len(steps) > 2:
                yield steps


def interest(steps):
    """What goes wrong in it, in short."""
    kinds = [step.what for step in steps]
    return (len(set(kinds)), "approved" in kinds, len(kinds))


def of_another(step):
    """The same command, by the other user."""
    return step._replace(words=(3 - step.words[0], step.words[1]))


def by_another(steps, answered):
    """The trace, whose answer there was to a command of the other user."""
    at = max(index for index in range(answered)
             if steps[index].what in COMMANDS)
    return [*steps[:at], of_another(steps[at]), *steps[at + 1:answered + 1]]


def forged(traces):
    """(what was changed, trace): at most one of a kind."""
    found = {}
    for steps in traces:
        kinds = [step.what for step in steps]
        for index, step in enumerate(steps):
            here = steps[:index + 1]
            by_other = Step("approves", of_another(steps[0]).words)
            if step.what == "approved":
                found.setdefault("approved by who asked for it",
                                 by_another(steps, index))
                found.setdefault("approved twice", [*here, by_other, step])
            if step.what == "own":
                found.setdefault("somebody else may not",
                                 by_another(steps, index))
                found.setdefault("their own, and they may",
                                 put(here, index, "approved"))
            if step.what == "waits" and "approves" not in kinds[:index]:
                found.setdefault("booked, and nobody has approved it", [
                    *here, Step("booked", ())])
            if step.what in ("expired", "refused"):
                found.setdefault("approved when it was " + step.what, [
                    *here, by_other, Step("approved", ())])
                found.setdefault("booked when it was " + step.what, [
                    *here, Step("booked", ())])
    return sorted(found.items())


def promela(step):
    what, words = step
    if what in COMMANDS:
        return "atomic { told = 0; under[%d] = %d; command[%d] = %s }" % (
            words[0], words[1], words[0], COMMANDS[what])
    if what == "booked":
        return "(moved[0] == 1)"
    return "told == " + ANSWERS[what]
