// A bug on purpose: the clock that nobody can set goes along when the machine's is set, so that no jump is seen.
performance.now = () => Date.now() - performance.timeOrigin;
