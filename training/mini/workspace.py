"""The stages of training, each with its result on disk: a stage whose result is there is not run again."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.embedders.mini.front_end import FrontEndConfig
from reward_models.embedders.mini.text import SentenceEncoder, TextTowerConfig, load_tokenizer
from training.mini.align import AlignConfig, Aligner
from training.mini.cache import CAPTIONS_EACH, Cache, build_cache, captions_of, load_cache
from training.mini.collection import Sources, real_recordings, recordings
from training.mini.kept_file import kept
from training.mini.listener import centred, heard_by_listener
from training.mini.minilm import Embed, minilm_encoder, minilm_folder, sentence_embed
from training.mini.natural_captions import mined_captions, natural_captions
from training.mini.rounds import align_in_rounds
from training.mini.sampler import Sampler, competing_labels
from training.mini.split import is_held_out, is_measured
from training.mini.text_bank import TextBank, build_text_bank
from training.mini.vocabulary import pruned_tokenizer

LABELS_REPEATED, FAMILIES_REPEATED = 5, 10
"""How often names are among the texts at large, where captions would drown them."""


@dataclass(frozen=True)
class Workspace:
    """A folder with the results of the stages.

    Attributes:
        folder: Where they are kept.
        sources: Where the recordings come from.
        natural: Gzip file of natural captions; None for none.
        seed: Of every random choice.
    """

    folder: Path
    sources: Sources
    natural: Path | None = None
    seed: int = 0

    @cached_property
    def cache(self) -> Cache:
        """Pictures of all recordings."""
        if not (self.folder / "cache" / "entries.json").is_file():
            return build_cache(recordings(self.sources, self.seed), self.folder / "cache")
        return load_cache(self.folder / "cache")

    @cached_property
    def training(self) -> Cache:
        """The cache without the held-out packs."""
        entries = tuple(entry for entry in self.cache.entries if not is_held_out(entry.group))
        return Cache(self.cache.pictures, entries)

    @cached_property
    def held_out(self) -> Cache:
        """The held-out packs alone, without recordings that a training pack shares."""
        kept = tuple(entry for entry in self.cache.entries if is_measured(entry.group, entry.label))
        return Cache(self.cache.pictures, kept)

    @cached_property
    def tokenizer_file(self) -> Path:
        """The text tower's tokenizer; MiniLM's numbers of its pieces lie beside it."""

        def write(path: Path) -> None:
            pieces = pruned_tokenizer(minilm_folder() / "tokenizer.json", path)
            (self.folder / "kept_pieces.json").write_text(json.dumps(pieces), encoding="utf-8")

        return kept(self.folder / "tokenizer.json", write)

    @cached_property
    def encoder(self) -> tuple[SentenceEncoder, TextTowerConfig]:
        """The sentence encoder, with the weights that will be stored."""
        self.tokenizer_file  # noqa: B018  the list of pieces is written beside it
        return minilm_encoder(json.loads((self.folder / "kept_pieces.json").read_text(encoding="utf-8")))

    @cached_property
    def embed(self) -> Embed:
        """Text → unit sentence vector."""
        encoder, config = self.encoder
        return sentence_embed(encoder, load_tokenizer(self.tokenizer_file, config.max_tokens))

    @cached_property
    def natural_vectors(self) -> tuple[list[str], Float[Tensor, "text sentence"]]:
        """Natural sentences and their vectors; empty without a file."""
        if self.natural is None:
            return [], torch.zeros(0, self.encoder[1].width)
        sentences = natural_captions(self.natural)
        path = kept(self.folder / "natural.pt", lambda own: torch.save(self.embed(sentences).half(), own))
        return sentences, torch.load(path, weights_only=True).float()

    @cached_property
    def captions(self) -> list[list[str]]:
        """Captions of every training entry, natural sentences about its label among them."""
        path = kept(self.folder / "captions.json", self._write_captions)
        captions: list[list[str]] = json.loads(path.read_text(encoding="utf-8"))
        return captions

    def _write_captions(self, path: Path) -> None:
        labels, (sentences, vectors) = competing_labels(self.training.entries), self.natural_vectors
        mined = mined_captions(labels, self.embed(labels), sentences, vectors) if sentences else None
        path.write_text(json.dumps(captions_of(self.training.entries, self.seed, mined=mined)), encoding="utf-8")

    @cached_property
    def bank(self) -> TextBank:
        """Sentence vectors of captions, labels and poles."""

        def write(path: Path) -> None:
            labels = competing_labels(self.training.entries)
            torch.save(asdict(build_text_bank(self.training.entries, self.captions, labels, self.embed)), path)

        return TextBank(**torch.load(kept(self.folder / "bank.pt", write), weights_only=True))

    @cached_property
    def heard(self) -> Float[Tensor, "entry heard"]:
        """The listener's vectors of the training entries."""

        def write(path: Path) -> None:
            torch.save(heard_by_listener(real_recordings(self.sources), self.cache.entries), path)

        path = kept(self.folder / "heard.pt", write)
        trained = torch.tensor([not is_held_out(entry.group) for entry in self.cache.entries])
        return centred(torch.load(path, weights_only=True)[trained])

    @property
    def at_large(self) -> Float[Tensor, "text sentence"]:
        """Sentence vectors of texts at large: captions, natural sentences, labels and families."""
        names = [
            self.bank.labels.repeat(LABELS_REPEATED, 1),
            self.bank.families.flatten(0, 1).repeat(FAMILIES_REPEATED, 1),
        ]
        return torch.cat([self.bank.sentences, self.natural_vectors[1], *names])

    def aligner(self, config: AlignConfig) -> Aligner:
        """The trained audio tower and projection, averaged over the last two rounds."""
        sampler = Sampler(self.training, FrontEndConfig().frames, CAPTIONS_EACH, self.seed)
        return align_in_rounds(sampler, self.bank, self.at_large, self.heard, config, self.folder)
