"""What ``--help`` ends with: one call of each command as a user would type it, and what the exit code says."""

EXIT_CODES = "Exit codes: 0 done; 1 done, but some clips got no score; 2 the call can't be carried out, and why."
EXAMPLES = {
    "audition": "audioforge audition clips/mine clips/theirs --out pairs.csv --compare",
    "benchmark": "audioforge benchmark --system mine=clips/mine --system theirs=clips/theirs "
    "--requests requests.json --out report",
    "calibrate": "audioforge calibrate laion/clap-htsat-unfused --clips my_captioned_clips.json",
    "compare": "audioforge compare old/report.json new/report.json",
    "compare-rollouts": "audioforge compare-rollouts before/samples.jsonl after/samples.jsonl",
    "dashboard": "audioforge dashboard run_a run_b --out dashboard.html",
    "demo": "audioforge demo --targets 8 --group-size 4",
    "embedders": "audioforge embedders",
    "optimise": "audioforge optimise --category drums --budget 320 --out search",
    "reference build": "audioforge reference build --embedder mini --clips my_references",
    "reference show": "audioforge reference show --embedder mini",
    "score": "audioforge score kick.wav rain.ogg --request 'a punchy kick drum' --request 'rain on a window'",
    "score-archive": "audioforge score-archive clips --request 'a kick drum' --out scores",
    "service": "audioforge service --port 8100",
}


def example(command: str) -> str:
    """The epilog of a command's help."""
    return f"Example: {EXAMPLES[command]}"
