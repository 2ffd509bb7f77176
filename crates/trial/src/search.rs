//! Looks for bytes where a server could have left them.

use crate::trouble::Outcome;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Read at once.
const PIECE: usize = 1 << 20;

/// How often each needle was found, and how many bytes were searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In the order of the needles.
    pub times: Vec<usize>,
    /// Bytes.
    pub searched: u64,
}

impl Found {
    fn nothing(needles: &[&[u8]]) -> Self {
        Self {
            times: vec![0; needles.len()],
            searched: 0,
        }
    }

    fn add(&mut self, piece: &[u8], fresh_from: usize, needles: &[&[u8]]) {
        for (times, needle) in self.times.iter_mut().zip(needles) {
            // A find that ends in what was searched before was counted then.
            let seen = fresh_from.saturating_sub(needle.len().saturating_sub(1));
            let piece = piece.get(seen..).unwrap_or_default();
            *times += memchr::memmem::find_iter(piece, needle).count();
        }
    }
}

/// Searches all memory of a process that can be read.
///
/// # Errors
/// [`crate::Trouble::System`], if the process cannot be looked into.
pub fn find_in_memory(process: u32, needles: &[&[u8]]) -> Outcome<Found> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut memory = File::open(format!("/proc/{process}/mem"))?;
    let mut found = Found::nothing(needles);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let bounds = range
            .split_once('-')
            .map(|(from, to)| (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16)));
        if let (Some((Ok(from), Ok(to))), true) = (bounds, rights.starts_with('r')) {
            // The kernel's own pages in a process cannot be read.
            let _ = memory
                .seek(SeekFrom::Start(from))
                .and_then(|_| find_in((&mut memory).take(to - from), needles, &mut found));
        }
    }
    Ok(found)
}

/// Searches a file, or all files of a directory and those below.
///
/// # Errors
/// [`crate::Trouble::System`].
pub fn find_in_files(path: &Path, needles: &[&[u8]]) -> Outcome<Found> {
    let mut found = Found::nothing(needles);
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                paths.push(entry?.path());
            }
        } else {
            find_in(File::open(path)?, needles, &mut found)?;
        }
    }
    Ok(found)
}

fn find_in(mut from: impl Read, needles: &[&[u8]], found: &mut Found) -> io::Result<()> {
    let longest = needles.iter().map(|needle| needle.len()).max().unwrap_or(0);
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        let kept = piece.len();
        let most = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let read = (&mut from).take(most).read_to_end(&mut piece);
        found.add(&piece, kept, needles);
        found.searched += u64::try_from(piece.len() - kept).unwrap_or(0);
        if read? == 0 {
            return Ok(());
        }
        piece.drain(..piece.len().saturating_sub(longest.saturating_sub(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDLES: [&[u8]; 2] = [b"grain", b"a needle of a hay stack"];

    #[test]
    fn what_lies_across_two_pieces_is_found_once() {
        let directory = tempfile::tempdir().unwrap();
        for shift in 0..NEEDLES[1].len() {
            let mut text = vec![b'.'; 2 * PIECE - shift];
            text.extend(NEEDLES[1]);
            text.extend([b'.'; 7]);
            text.extend(NEEDLES[0]);
            let file = directory.path().join("hay");
            std::fs::write(&file, &text).unwrap();
            let found = find_in_files(directory.path(), &NEEDLES).unwrap();
            assert_eq!(
                found,
                Found {
                    times: vec![1, 1],
                    searched: text.len() as u64
                }
            );
        }
    }

    #[test]
    fn what_a_process_holds_is_found() {
        let secret: Vec<u8> = (0..32_u8).map(|n| n.wrapping_mul(37) ^ 0x5a).collect();
        let held = std::hint::black_box(secret.clone());
        let found = find_in_memory(std::process::id(), &[&held]).unwrap();
        assert!(found.times[0] >= 2, "{found:?}");
        drop(std::hint::black_box(secret));
    }
}
