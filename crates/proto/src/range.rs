use crate::head::number;

/// Why a `Range` or `Content-range` cannot be read or met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// Not `bytes=first-last`, sub-ranges separated by commas.
    #[error("a range must be `bytes=first-last`, sub-ranges separated by `,`")]
    Malformed,
    /// More sub-ranges than are taken at once.
    #[error("at most {} sub-ranges", ByteRange::MAX)]
    TooMany,
}

/// One sub-range of an entity, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub first: u64,
    /// The last byte.
    pub last: u64,
}

impl ByteRange {
    /// Sub-ranges that one `Range` may name.
    pub const MAX: usize = 8;

    /// Reads `bytes=0-32767,65536-98303`: sub-ranges in rising order that do not touch backwards.
    ///
    /// # Errors
    /// [`RangeError`].
    pub fn parse(value: &str) -> Result<Vec<Self>, RangeError> {
        Self::list(value.strip_prefix("bytes=").ok_or(RangeError::Malformed)?)
    }

    /// Writes the value of `Range`.
    #[must_use]
    pub fn format(ranges: &[Self]) -> String {
        format!("bytes={}", Self::join(ranges))
    }

    fn join(ranges: &[Self]) -> String {
        let parts: Vec<_> = ranges
            .iter()
            .map(|r| format!("{}-{}", r.first, r.last))
            .collect();
        parts.join(",")
    }

    fn list(list: &str) -> Result<Vec<Self>, RangeError> {
        let mut ranges: Vec<Self> = Vec::new();
        for part in list.split(',') {
            let range = Self::one(part).ok_or(RangeError::Malformed)?;
            if ranges
                .last()
                .is_some_and(|before| before.last >= range.first)
            {
                return Err(RangeError::Malformed);
            }
            if ranges.len() == Self::MAX {
                return Err(RangeError::TooMany);
            }
            ranges.push(range);
        }
        Ok(ranges)
    }

    fn one(part: &str) -> Option<Self> {
        let (first, last) = part.split_once('-')?;
        let range = Self {
            first: number(first).ok()?,
            last: number(last).ok()?,
        };
        (range.first <= range.last).then_some(range)
    }

    /// How many bytes it spans.
    #[must_use]
    pub const fn span(self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

/// `bytes first-last/size`: where the bytes of a body stand in their entity. Several sub-ranges,
/// separated by commas, stand one behind the other in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRange {
    /// The bytes that are here, in the order they stand in the body.
    pub ranges: Vec<ByteRange>,
    /// The size of the whole entity, in bytes.
    pub size: u64,
}

impl ContentRange {
    /// Reads `bytes first-last/size`.
    ///
    /// # Errors
    /// [`RangeError::Malformed`], also when a sub-range does not lie inside the entity.
    pub fn parse(value: &str) -> Result<Self, RangeError> {
        let parsed = value.strip_prefix("bytes ").and_then(|v| v.split_once('/'));
        let (list, size) = parsed.ok_or(RangeError::Malformed)?;
        let ranges = ByteRange::list(list)?;
        let size = number(size).map_err(|_| RangeError::Malformed)?;
        if ranges.iter().all(|range| range.last < size) {
            Ok(Self { ranges, size })
        } else {
            Err(RangeError::Malformed)
        }
    }
}

impl std::fmt::Display for ContentRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "bytes {}/{}", ByteRange::join(&self.ranges), self.size)
    }
}
