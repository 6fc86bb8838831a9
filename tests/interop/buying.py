"""Do the arithmetic again that crm-report clv or churn explains (TSV on
standard input, without its header): tell what does not come out the same."""
import math
import sys

v = {}
for line in sys.stdin:
    name, value = line.rstrip('\n').split('\t')[:2]
    try:
        v[name] = float(value)
    except ValueError:
        v[name] = value
x, tx, T, t, r, alpha = (v[k] for k in ('x', 't_x', 'T', 't', 'r', 'alpha'))

def simpson(f, lo, hi, n=2000):
    h = (hi - lo) / n
    return h / 3 * sum(f(lo + i * h) * (1 if i in (0, n) else 2 + 2 * (i % 2))
                       for i in range(n + 1))

def hyp2f1(a, b, c, z):
    term = total = 1.0
    for n in range(100000):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) < 1e-13 * abs(total):
            break
    return total

def close(name, got, digits):
    want = v[name]
    if abs(got - want) > 0.5001 * 10 ** -digits + 1e-5 * abs(want):
        print(name, 'is', want, 'and comes to', got)

if 'a' in v:  # BG/NBD
    a, b = v['a'], v['b']
    alive = 1 if x == 0 else 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + tx)) ** (r + x))
    def staying(t):
        return (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x)
            * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t)))
else:  # Pareto/NBD
    s, beta = v['s'], v['beta']
    inner = simpson(lambda y: (alpha + y) ** -(r + x) * (beta + y) ** -(s + 1)
                    * (alpha + T) ** (r + x) * (beta + T) ** s, tx, T)
    alive = 1 / (1 + s * inner)
    def staying(t):
        return (r + x) * (beta + T) / ((alpha + T) * (s - 1)) * (
            1 - ((beta + T) / (beta + T + t)) ** (s - 1))
close('staying', staying(t), 4)
p, q, w, m = v['p'], v['q'], v['v'], v['m']
n = x if m > 0 else 0
spend = (p * (w + n * m)) / (p * n + q - 1)
close('spend', spend, 2)
if 'clv' in v:
    rate = math.log(1.1) * 7 / 365.25
    disc = math.exp(-rate * t) * staying(t) + rate * simpson(
        lambda y: math.exp(-rate * y) * staying(y), 0, t, 200)
    close('discounted', disc, 4)
    close('alive', alive, 3)
    close('expected', alive * staying(t), 3)
    close('clv', spend * alive * disc, 2)
else:
    close('alive', alive, 6)
    close('risk', 100 * (1 - alive), 1)
    # of the amount and the shares as they are printed
    close('stake', v['staying'] * v['spend'] * (1 - v['alive']), 2)
