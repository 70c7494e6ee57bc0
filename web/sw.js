// v __VERSION__
