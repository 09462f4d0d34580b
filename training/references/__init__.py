"""How the clips of ``data/evaluation_references`` were made: which files were taken, played or computed."""
