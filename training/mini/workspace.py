"""The stages of training, each with its result on disk: a stage whose result is there is not run again."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from reward_models.embedders.mini.front_end import FrontEndConfig
from reward_models.embedders.mini.network import AudioTowerConfig
from reward_models.embedders.mini.text import SentenceEncoder, TextTowerConfig, load_tokenizer
from training.mini.adapt import Prompts
from training.mini.align import AlignConfig, Aligner, align
from training.mini.cache import CAPTIONS_EACH, Cache, build_cache, captions_of, load_cache
from training.mini.collection import Sources, recordings
from training.mini.distil import TokenizedTexts, distil
from training.mini.sampler import Sampler, competing_labels
from training.mini.split import is_held_out, is_measured
from training.mini.teacher import Teacher, teacher_folder
from training.mini.text_bank import TextBank, build_text_bank
from training.mini.text_corpus import distillation_texts, mined_captions, natural_captions, whole_words
from training.mini.vocabulary import principal_components, pruned_tokenizer


@dataclass(frozen=True)
class Workspace:
    """A folder with the results of the stages.

    Attributes:
        folder: Where they are kept.
        seed: Of every random choice.
        invented: Invented sentences in the text tower's corpus.
    """

    folder: Path
    seed: int = 0
    invented: int = 40_000

    def cache(self, sources: Sources) -> Cache:
        """Pictures of all recordings."""
        if not (self.folder / "cache" / "entries.json").is_file():
            return build_cache(recordings(sources, self.seed), self.folder / "cache")
        return load_cache(self.folder / "cache")

    def tokenizer_file(self) -> Path:
        """The text tower's tokenizer; the teacher's numbers of its pieces lie beside it."""
        path = self.folder / "tokenizer.json"
        if not path.is_file():
            kept = pruned_tokenizer(teacher_folder() / "tokenizer.json", path)
            torch.save(torch.tensor(kept), self.folder / "kept_pieces.pt")
        return path

    def captions(self, training: Cache, natural: Path | None) -> list[list[str]]:
        """Captions of every training entry, natural sentences about its label among them."""
        path = self.folder / "captions.json"
        if not path.is_file():
            mined = None if natural is None else self._mined(training, natural_captions(natural))
            path.write_text(json.dumps(captions_of(training.entries, self.seed, mined=mined)), encoding="utf-8")
        captions: list[list[str]] = json.loads(path.read_text(encoding="utf-8"))
        return captions

    def _mined(self, training: Cache, sentences: list[str]) -> dict[str, list[str]]:
        labels, embed = competing_labels(training.entries), Teacher(teacher_folder()).embed
        return mined_captions(labels, embed(labels), sentences, embed(sentences))

    def bank(self, training: Cache, natural: Path | None) -> TextBank:
        """Teacher vectors of captions, labels and poles."""
        path = self.folder / "bank.pt"
        if not path.is_file():
            labels, captions = competing_labels(training.entries), self.captions(training, natural)
            bank = build_text_bank(training.entries, captions, labels, Teacher(teacher_folder()).embed)
            torch.save(asdict(bank), path)
        return TextBank(**torch.load(path, weights_only=True))

    def corpus(self, training: Cache, natural: Path | None) -> tuple[list[str], Tensor]:
        """Texts for the text tower and the teacher's vectors of them."""
        path = self.folder / "corpus.pt"
        if not path.is_file():
            tokenizer = load_tokenizer(self.tokenizer_file(), 48)
            words = whole_words(sorted(tokenizer.get_vocab()))
            sentences = natural_captions(natural) if natural is not None else []
            texts = distillation_texts(
                self.captions(training, natural), sentences, words, random.Random(self.seed), invented=self.invented
            )
            vectors = Teacher(teacher_folder()).embed(texts)
            torch.save({"texts": texts, "vectors": vectors.half()}, path)
        state = torch.load(path, weights_only=True)
        return state["texts"], state["vectors"]

    def new_encoder(self) -> tuple[SentenceEncoder, TextTowerConfig]:
        """An untrained text encoder whose word vectors are the teacher's principal components."""
        self.tokenizer_file()
        kept = torch.load(self.folder / "kept_pieces.pt", weights_only=True)
        config = TextTowerConfig(vocabulary=len(kept), dim=AudioTowerConfig().dim)
        torch.manual_seed(self.seed)
        encoder = SentenceEncoder(config, dropout=0.0)
        components = principal_components(Teacher(teacher_folder()).word_vectors()[kept], config.word_dim)
        encoder.word.weight.data.copy_(components)
        return encoder, config

    def text_encoder(self, training: Cache, natural: Path | None, minutes: float) -> SentenceEncoder:
        """The first stage's result."""
        encoder, config = self.new_encoder()
        texts, vectors = self.corpus(training, natural)
        tokenized = TokenizedTexts(load_tokenizer(self.tokenizer_file(), config.max_tokens), texts)
        distil(encoder, tokenized, vectors, minutes=minutes, seed=self.seed, folder=self.folder)
        return encoder

    def tokenized(
        self, training: Cache, natural: Path | None, config: TextTowerConfig
    ) -> tuple[TokenizedTexts, TokenizedTexts, Tensor, Prompts]:
        """The bank's sentences, the corpus with the teacher's vectors, and the prompts, ready for the text tower."""
        tokenizer = load_tokenizer(self.tokenizer_file(), config.max_tokens)
        distinct = sorted({caption for several in self.captions(training, natural) for caption in several})
        texts, vectors = self.corpus(training, natural)
        prompts = Prompts(tokenizer, competing_labels(training.entries))
        return TokenizedTexts(tokenizer, distinct), TokenizedTexts(tokenizer, texts), vectors, prompts

    def aligner(self, training: Cache, natural: Path | None, config: AlignConfig) -> Aligner:
        """The second stage's result."""
        bank, (_, vectors) = self.bank(training, natural), self.corpus(training, natural)
        sampler = Sampler(training, FrontEndConfig().frames, CAPTIONS_EACH, self.seed)
        return align(sampler, bank, vectors, config, self.folder)


def training_part(cache: Cache) -> Cache:
    """The cache without the held-out packs."""
    return Cache(cache.pictures, tuple(entry for entry in cache.entries if not is_held_out(entry.group)))


def held_out_part(cache: Cache) -> Cache:
    """The held-out packs alone, without recordings that a training pack shares."""
    kept = tuple(entry for entry in cache.entries if is_measured(entry.group, entry.label))
    return Cache(cache.pictures, kept)
