# SPDX-License-Identifier: ISC
"""A step of a trace, which is a list of them."""

import collections

Step = collections.namedtuple("Step", "what words")


def put(steps, index, what):
    """The trace, of which one step was another."""
    return steps[:index] + [steps[index]._replace(what=what)] + \
        steps[index + 1:]


def tell(steps):
    return ", ".join(" ".join([step.what, *map(str, step.words)])
                     for step in steps)
