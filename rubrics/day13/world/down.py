# The store while it cannot be reached: every command fails the same way.
books = {"error": "unavailable"}

def _fail(books):
    if books["error"] == "timeout":
        raise Timeout("the store does not answer")
    raise ServiceUnavailable("the store cannot be reached")

def atomic(books):
    _fail(books)

def time(books):
    _fail(books)

def get(books, key=None):
    _fail(books)

def set(books, key=None, value=None, ex=None, px=None, nx=False, xx=False, keepttl=False, get=False):
    _fail(books)

def setnx(books, key=None, value=None):
    _fail(books)

def setex(books, key=None, time=None, value=None):
    _fail(books)

def psetex(books, key=None, time_ms=None, value=None):
    _fail(books)

def getset(books, key=None, value=None):
    _fail(books)

def getdel(books, key=None):
    _fail(books)

def mget(books, keys1=None, keys2=None, keys3=None, keys4=None, keys5=None):
    _fail(books)

def mset(books, mapping=None):
    _fail(books)

def incr(books, key=None, amount=1):
    _fail(books)

def incrby(books, key=None, amount=1):
    _fail(books)

def decr(books, key=None, amount=1):
    _fail(books)

def decrby(books, key=None, amount=1):
    _fail(books)

def incrbyfloat(books, key=None, amount=1.0):
    _fail(books)

def compare_and_set(books, key=None, expected=None, new=None, ex=None):
    _fail(books)

def delete(books, keys1=None, keys2=None, keys3=None, keys4=None, keys5=None):
    _fail(books)

def exists(books, keys1=None, keys2=None, keys3=None, keys4=None, keys5=None):
    _fail(books)

def expire(books, key=None, seconds=None, nx=False):
    _fail(books)

def pexpire(books, key=None, milliseconds=None, nx=False):
    _fail(books)

def persist(books, key=None):
    _fail(books)

def ttl(books, key=None):
    _fail(books)

def pttl(books, key=None):
    _fail(books)

def keys(books, pattern='*'):
    _fail(books)

def type(books, key=None):
    _fail(books)

def hset(books, key=None, field=None, value=None, mapping=None):
    _fail(books)

def hsetnx(books, key=None, field=None, value=None):
    _fail(books)

def hget(books, key=None, field=None):
    _fail(books)

def hmget(books, key=None, fields1=None, fields2=None, fields3=None, fields4=None, fields5=None):
    _fail(books)

def hgetall(books, key=None):
    _fail(books)

def hincrby(books, key=None, field=None, amount=1):
    _fail(books)

def hincrbyfloat(books, key=None, field=None, amount=1.0):
    _fail(books)

def hdel(books, key=None, fields1=None, fields2=None, fields3=None, fields4=None, fields5=None):
    _fail(books)

def hexists(books, key=None, field=None):
    _fail(books)

def hlen(books, key=None):
    _fail(books)

def hkeys(books, key=None):
    _fail(books)

def hvals(books, key=None):
    _fail(books)

def sadd(books, key=None, members1=None, members2=None, members3=None, members4=None, members5=None):
    _fail(books)

def srem(books, key=None, members1=None, members2=None, members3=None, members4=None, members5=None):
    _fail(books)

def sismember(books, key=None, member=None):
    _fail(books)

def smembers(books, key=None):
    _fail(books)

def scard(books, key=None):
    _fail(books)

def rpush(books, key=None, values1=None, values2=None, values3=None, values4=None, values5=None):
    _fail(books)

def lpush(books, key=None, values1=None, values2=None, values3=None, values4=None, values5=None):
    _fail(books)

def lpop(books, key=None, count=None):
    _fail(books)

def rpop(books, key=None, count=None):
    _fail(books)

def lrange(books, key=None, start=None, end=None):
    _fail(books)

def ltrim(books, key=None, start=None, end=None):
    _fail(books)

def lindex(books, key=None, index=None):
    _fail(books)

def lrem(books, key=None, count=None, value=None):
    _fail(books)

def llen(books, key=None):
    _fail(books)

def zadd(books, key=None, mapping=None, nx=False, xx=False, gt=False, lt=False, ch=False, incr=False):
    _fail(books)

def zincrby(books, key=None, amount=None, member=None):
    _fail(books)

def zscore(books, key=None, member=None):
    _fail(books)

def zmscore(books, key=None, members=None):
    _fail(books)

def zrank(books, key=None, member=None):
    _fail(books)

def zrevrank(books, key=None, member=None):
    _fail(books)

def zrange(books, key=None, start=None, end=None, desc=False, withscores=False):
    _fail(books)

def zrevrange(books, key=None, start=None, end=None, withscores=False):
    _fail(books)

def zrangebyscore(books, key=None, min=None, max=None, start=None, num=None, withscores=False):
    _fail(books)

def zrevrangebyscore(books, key=None, max=None, min=None, start=None, num=None, withscores=False):
    _fail(books)

def zcount(books, key=None, min=None, max=None):
    _fail(books)

def zcard(books, key=None):
    _fail(books)

def zrem(books, key=None, members1=None, members2=None, members3=None, members4=None, members5=None):
    _fail(books)

def zpopmin(books, key=None, count=1):
    _fail(books)

def zpopmax(books, key=None, count=1):
    _fail(books)

def zremrangebyscore(books, key=None, min=None, max=None):
    _fail(books)

def zremrangebyrank(books, key=None, start=None, end=None):
    _fail(books)
