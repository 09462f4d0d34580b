from audioforge.metrics.measurement import Interval, Measurement


def test_a_measurement_reads_with_its_sizes():
    assert str(Measurement("fad", 0.25, 40, 10)) == "fad 0.25 (n=10 against 40)"
    assert str(Measurement("vendi", 3.5, 0, 10)) == "vendi 3.5 (n=10)"


def test_an_interval_shows_its_level():
    measured = Measurement("kad", 1.0, 40, 10).with_interval(Interval(0.5, 1.5, 0.95, 200))
    assert str(measured) == "kad 1 [0.5, 1.5] at 95% (n=10 against 40)"
    assert float(measured) == 1.0
