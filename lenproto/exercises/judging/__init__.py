"""The judging: a process in which a submission runs, case by case, against a peer that moves only when it waits."""
