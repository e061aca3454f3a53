# SPDX-License-Identifier: ISC
"""Traces of one customer's row of attempts at one kiosk: guesses, what they
heard, ends of their links, kills of hosts, and how the row looked in the store
whenever a lot had changed it.  A lock may end by itself where the bank's time
says so.  A trace begins where the row is empty and nobody guesses; an operator
who unlocks the customer ends it, and one who locks makes every guess wrong.
Forged ones buy a guess, and the like."""

from step import Step, put

GUESSERS = 8        # as attempts.pml has it with TRACE
MOST = 3
STEPS_MOST = 40
LOST_MOST = 3       # at a time: each may be counted, now or later
HEARD = {"200": "RIGHT", "401": "WRONG", "423": "LOCKED"}
EMPTY = (0, 0, "open")


def row_of(words):
    return int(words[0]), int(words[1]), words[2]


def steps_of(lines, customer, kiosk):
    """The traces of one row, one after another; guesses by their number."""
    steps, guesses, on_their_way, row = [], {}, set(), EMPTY
    asked = set()       # hosts, since each was killed
    for what, *words in lines:
        if what == "clear" and words[0] == customer:
            yield steps
            return
        if what == "bar" and words[0] == customer:
            steps = [step._replace(words=(*step.words[:2], "EITHER"))
                     if step.what == "guess" else step for step in steps]
        if what == "die" and words[0] in asked:
            asked.remove(words[0])
            steps.append(Step(what, (int(words[0]),)))
        if words[:2] != [customer, kiosk]:
            continue
        if what == "guess":
            if row == EMPTY and not on_their_way:
                yield steps
                steps, guesses, asked = [], {}, set()
            asked.add(words[3])
            guesses[words[2]] = len(guesses)
            on_their_way.add(words[2])
            steps.append(Step(what, (guesses[words[2]], int(words[3]),
                                     words[4].upper())))
        elif what == "heard" and words[2] in on_their_way:
            on_their_way.remove(words[2])
            steps.append(Step(HEARD.get(words[3], "NOTHING"),
                              (guesses[words[2]],)))
        elif what == "lost":
            # Whether it was counted shows at some later time.
            steps.append(Step(what, (guesses[words[2]],)))
        elif what == "row":
            row = row_of(words[2:])
            if words[5] == "ended":     # maybe before a kill: seen since
                at = len(steps)
                while at > 0 and steps[at - 1].what == "die":
                    at -= 1
                steps.insert(at, Step("ended", ()))
            steps.append(Step(what, row))
    yield steps


def cut(steps):
    """As many guesses as the model has; what is behind the newest thing that
    was told or seen says nothing."""
    taken, lost = [], 0
    for step in steps:
        lost = 0 if step.what == "die" else lost + (step.what == "lost")
        if len(taken) == STEPS_MOST or lost > LOST_MOST or \
                step.what == "guess" and step.words[0] == GUESSERS:
            break
        taken.append(step)
    while taken and taken[-1].what in ("guess", "lost", "die", "ended"):
        taken.pop()
    return taken


def all_traces(banks):
    for lines in banks:
        for row in sorted({tuple(words[1:3]) for words in lines
                           if words[0] == "guess"}):
            for steps in steps_of(lines, *row):
                steps = cut(steps)
                if len(steps) > 3:
                    yield steps


def interest(steps):
    """What goes wrong in it, in short."""
    kinds = [step.what for step in steps]
    return (len(set(kinds)), len(kinds) < 25, len(kinds))


# -- what never was ----------------------------------------------------------

def row_before(steps, index):
    return next((step.words for step in reversed(steps[:index])
                 if step.what == "row"), EMPTY)


def asked_at(steps, heard):
    return next(index for index, step in enumerate(steps)
                if step.what == "guess" and step.words[0] == heard.words[0])


def knows(steps, heard):
    return steps[asked_at(steps, heard)].words[2]


def all_wrong(steps, but=None):
    """One that is right may begin the row anew, or end a lock, unseen."""
    return all(step.words[2] == "WRONG" for step in steps
               if step.what == "guess" and step.words[0] != but)


def forged(traces):
    """(what was changed, trace): at most one of a kind."""
    found = {}
    for steps in traces:
        for index, step in enumerate(steps):
            before = row_before(steps, index)
            here = steps[:index + 1]
            # One that was asked before the lock may be what led to it.
            if step.what == "LOCKED" and all_wrong(here, step.words[0]) and \
                    row_before(steps, asked_at(steps, step))[2] == "locked":
                found.setdefault("wrong, and it is locked",
                                 put(here, index, "WRONG"))
            if step.what == "WRONG" and knows(steps, step) == "WRONG":
                found.setdefault("right, and it is wrong",
                                 put(here, index, "RIGHT"))
            if step.what == "RIGHT" and knows(steps, step) == "RIGHT":
                found.setdefault("wrong, and it is right",
                                 put(here, index, "WRONG"))
            if step.what != "row":
                continue
            count, pending, lock = step.words
            if lock == "open" and count > before[0] and before[2] == "open":
                found.setdefault("counted, and nobody has guessed", [
                    *here, Step("row", (count + GUESSERS, pending, lock))])
                if count < MOST:
                    found.setdefault("locked, and few were wrong", [
                        *here, Step("row", (count, 0, "locked"))])
            if not all_wrong(here):
                continue
            if steps[index - 1].what == "ended":
                found.setdefault("a lock ends before its time", [
                    *steps[:index - 1], step])
            if before[1] > 1 and pending == 0 and count > 0 and \
                    steps[index - 1].what == "die":
                found.setdefault("a start takes back two", [
                    *steps[:index], Step("row", (count - 1, pending, lock))])
            if before[1] > pending == 0 and count == before[0] > 0 and \
                    index + 1 < len(steps) and \
                    steps[index + 1].what == "WRONG":
                found.setdefault("told wrong, and it is taken back", [
                    *here, steps[index + 1],
                    Step("row", (count - 1, 0, "open"))])
    return sorted(found.items())


# -- spin --------------------------------------------------------------------

def promela(step):
    what, words = step
    if what == "guess":
        return ("atomic { host_of[%d] = %d; life_of[%d] = life[%d];"
                " knows[%d] = %s; asked[%d] = true }" % (
                    words[0], words[1], words[0], words[1], words[0],
                    words[2], words[0]))
    if what == "lost":
        return "over[%d] = true" % words[0]
    if what == "die":
        return "dies[%d] = true; !dies[%d]" % (words[0], words[0])
    if what == "ended":
        return "may_end = true"
    if what == "row":
        return ("atomic { count == %d && ALL_PENDING == %d && %slocked ->"
                " may_end = false }" % (words[0], words[1],
                                        "" if words[2] == "locked" else "!"))
    return "heard[%d] == %s" % (words[0], what)
