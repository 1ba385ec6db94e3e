class _belt_m_statistics:
    StatisticsError = ValueError
    def mean(self, values):
        values = list(values)
        if not values:
            raise ValueError("mean requires at least one data point")
        found = sum(values) / len(values)
        return int(found) if found == int(found) and all([isinstance(value, int) for value in values]) else found
    def fmean(self, values, weights=None):
        values = list(values)
        if weights is None:
            return float(sum(values) / len(values))
        weights = list(weights)
        return sum([values[at] * weights[at] for at in range(len(values))]) / sum(weights)
    def median(self, values):
        values = sorted(values)
        if not values:
            raise ValueError("no median for empty data")
        half = len(values) // 2
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
    def median_low(self, values):
        values = sorted(values)
        return values[(len(values) - 1) // 2]
    def median_high(self, values):
        values = sorted(values)
        return values[len(values) // 2]
    def mode(self, values):
        values = list(values)
        best = values[0]
        for value in values:
            if values.count(value) > values.count(best):
                best = value
        return best
    def _belt_squares(self, values):
        middle = sum(values) / len(values)
        return sum([(value - middle) ** 2 for value in values])
    def variance(self, values, xbar=None):
        values = list(values)
        if len(values) < 2:
            raise ValueError("variance requires at least two data points")
        return self._belt_squares(values) / (len(values) - 1)
    def pvariance(self, values, mu=None):
        values = list(values)
        return self._belt_squares(values) / len(values)
    def stdev(self, values, xbar=None):
        return math.sqrt(self.variance(values))
    def pstdev(self, values, mu=None):
        return math.sqrt(self.pvariance(values))
    def quantiles(self, values, n=4, method="exclusive"):
        values = sorted(values)
        size = len(values)
        whole = size - 1 if method == "inclusive" else size + 1
        found = []
        for cut in range(1, n):
            at, rest = divmod(cut * whole, n)
            if method != "inclusive":
                at = min(max(at, 1), size - 1)
                rest = cut * whole - at * n
                at -= 1
            low, high = values[at], values[min(at + 1, size - 1)]
            found.append((low * (n - rest) + high * rest) / n)
        return found
_belt_m_statistics = _belt_m_statistics()
