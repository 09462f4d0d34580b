"""One audition: which clips, what each rater has still to judge, and what they are shown when they are done.

Everything a rater has said is in the tables; nothing else is remembered, so a stopped server goes on where it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import Literal

from audioforge.audition.answer_table import AnswerTable, relative_name
from audioforge.audition.clip_list import AuditionClip, AuditionError
from audioforge.audition.trials import Pair, make_pairs, pair_order, rating_order

Mode = Literal["rate", "compare"]
QUESTIONS: Mapping[Mode, str] = {"rate": "How good does this sound?", "compare": "Which do you prefer?"}
CHOICES = ("a", "b", "tie")
SCORES = (1, 2, 3, 4, 5)
_RATER = re.compile(r"\w[\w .'-]{0,39}")


@dataclass(frozen=True)
class Trial:
    """One question, as the page may know it: ids, and the request. No name, system or reward.

    Attributes:
        id: Of the clip, or of the pair.
        clips: Ids of what is heard: one clip to rate, or A and B to compare.
        request: What was asked for; ``None`` if unknown.
        answer: What this rater said before, if anything.
    """

    id: str
    clips: tuple[str, ...]
    request: str | None
    answer: str | None


@dataclass(frozen=True)
class Audition:
    """Clips to judge and where the judgements go.

    Attributes:
        clips: What is judged.
        table: Ratings or choices.
        mode: ``rate`` from 1 to 5, or ``compare`` two clips of one request.
        seed: Of the orders and pairs.
        question: What raters are asked; a plain one for the mode if empty.
        unplayable: Ids of clips that turned out unreadable, with the reason; they are asked no more.
    """

    clips: Sequence[AuditionClip]
    table: AnswerTable
    mode: Mode = "rate"
    seed: int = 0
    question: str = ""
    unplayable: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> str:
        """The question on the page."""
        return self.question or QUESTIONS[self.mode]

    @cached_property
    def clip_of(self) -> Mapping[str, AuditionClip]:
        """The clips by id: what the page can ask for, and nothing else."""
        return {clip.id: clip for clip in self.clips}

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """What is compared.

        Raises:
            AuditionError: If no two clips answer the same request.
        """
        pairs = make_pairs(self.clips, self.seed)
        if not pairs:
            raise AuditionError(
                "no two clips answer the same request: give rollouts, a manifest with requests, or the folders of two "
                "systems whose files have the same names."
            )
        return pairs

    def trials(self, rater: str) -> list[Trial]:
        """Everything this rater is asked, in their order, with their answers so far.

        Raises:
            AuditionError: If the rater's name is none.
        """
        check_rater(rater)
        answers = {self._key(row): row for row in self.table.rows() if row["rater"] == rater}
        trials = self._rating_trials(rater, answers) if self.mode == "rate" else self._pair_trials(rater, answers)
        return [trial for trial in trials if not any(clip in self.unplayable for clip in trial.clips)]

    def answer(self, rater: str, trial_id: str, answer: str) -> None:
        """Write down what a rater says of a trial; a second answer replaces the first.

        Raises:
            AuditionError: If the trial, the rater's name or the answer is none of those there are.
        """
        trial = next((own for own in self.trials(rater) if own.id == trial_id), None)
        if trial is None:
            raise AuditionError(f"nothing here is called {trial_id!r:.80}: reload the page.")
        if self.mode == "rate":
            if answer not in map(str, SCORES):
                raise AuditionError(f"a score is a whole number from 1 to 5, got {answer!r:.40}.")
            clip = self._name(self.clip_of[trial_id])
            self.table.put({"clip": clip, "rater": rater, "score": answer})
        else:
            self.table.put(self._choice(rater, trial, answer))

    def results(self, rater: str) -> list[dict[str, object]]:
        """What was hidden: names, systems and rewards beside the answers.

        Raises:
            AuditionError: If the rater is not done.
        """
        left = sum(trial.answer is None for trial in self.trials(rater))
        if left:
            raise AuditionError(f"{left} of {len(self.trials(rater))} are still to do; names and rewards come after.")
        rows = self.table.rows()
        return [self._result(trial, rows) for trial in self.trials(rater)]

    def _rating_trials(self, rater: str, answers: Mapping[tuple[str, ...], Mapping[str, str]]) -> list[Trial]:
        return [
            Trial(clip.id, (clip.id,), clip.request, answers.get((self._name(clip),), {}).get("score"))
            for clip in rating_order(self.clips, self.seed, rater)
        ]

    def _pair_trials(self, rater: str, answers: Mapping[tuple[str, ...], Mapping[str, str]]) -> list[Trial]:
        trials = []
        for pair, straight in pair_order(self.pairs, self.seed, rater):
            row = answers.get((self._name(pair.first), self._name(pair.second)), {})
            ends = (pair.first, pair.second) if straight else (pair.second, pair.first)
            said = _as_heard(row.get("choice"), straight)
            trials.append(Trial(pair.id, tuple(clip.id for clip in ends), pair.first.request, said))
        return trials

    def _choice(self, rater: str, trial: Trial, answer: str) -> dict[str, str]:
        if answer not in CHOICES:
            raise AuditionError(f"a choice is a, b or tie, got {answer!r:.40}.")
        first, second = (self._name(self.clip_of[part]) for part in trial.id.split("-"))
        straight = trial.id.startswith(trial.clips[0])
        choice = {"a": "first", "b": "second", "tie": "tie"}[answer]
        if not straight and choice != "tie":
            choice = "second" if choice == "first" else "first"
        played = "first" if straight else "second"
        return {"first": first, "second": second, "rater": rater, "choice": choice, "played_first": played}

    def _result(self, trial: Trial, rows: Sequence[Mapping[str, str]]) -> dict[str, object]:
        clips = [self.clip_of[clip] for clip in trial.clips]
        told = [{"name": clip.name, "system": clip.system, "total": clip.total} for clip in clips]
        others: float | None = None
        if self.mode == "rate":
            scores = [float(row["score"]) for row in rows if row["clip"] == self._name(clips[0])]
            others = fmean(scores) if scores else None
        return {"request": trial.request, "answer": trial.answer, "mean": others, "clips": told}

    def _name(self, clip: AuditionClip) -> str:
        return relative_name(clip.path, self.table.path)

    def _key(self, row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row[name] for name in self.table.key if name != "rater")


def check_rater(rater: str) -> None:
    """Raises ``AuditionError`` unless the name is short, begins with a letter or digit and has no odd signs.

    A spreadsheet takes a cell that begins with = or + for a formula, so names can't.
    """
    if not _RATER.fullmatch(rater):
        raise AuditionError(
            f"a rater's name has 1 to 40 letters, digits, spaces, dots, dashes and begins with a letter or digit, "
            f"got {rater!r:.60}."
        )


def _as_heard(choice: str | None, straight: bool) -> str | None:
    if choice in (None, "tie"):
        return choice
    return "a" if (choice == "first") == straight else "b"
