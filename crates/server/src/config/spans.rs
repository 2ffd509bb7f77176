use floater_proto::limits;
use std::time::Duration;

/// Spans that the protocol fixes: no file changes them, a test may shorten them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// Between two pings of a WebSocket.
    pub ping_every: Duration,
    /// A link that brought nothing for so long is dead.
    pub dead_after: Duration,
    /// From the first byte of a head to its end.
    pub head: Duration,
    /// A code for `POST /cookie` is good for so long.
    pub cookie_code: Duration,
    /// From the beginning of a native link to the end of its proxy's header.
    pub proxy_header: Duration,
    /// A connection of HTTP that is no WebSocket takes requests for so long; then the last answer
    /// may take as long again. The page is 1 MB: 120 s let who reads 10 kB a second have it.
    pub http: Duration,
    /// From the head of `POST /cookie` to the end of its body.
    pub http_body: Duration,
}

impl Default for Spans {
    fn default() -> Self {
        Self {
            ping_every: limits::PING_EVERY,
            dead_after: limits::LINK_DEAD_AFTER,
            head: limits::HEAD_TIMEOUT,
            cookie_code: Duration::from_secs(60),
            proxy_header: Duration::from_secs(5),
            http: Duration::from_secs(60),
            http_body: Duration::from_secs(10),
        }
    }
}
