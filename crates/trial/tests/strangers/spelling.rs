//! Every way in which an address could be written into bytes.

use std::net::IpAddr;

/// The shortest run of digits of an encoding that is decoded.
const RUN_MIN: usize = 6;

/// How an address is spelled in these bytes; empty where it is not.
pub(crate) fn found(address: IpAddr, bytes: &[u8]) -> Vec<String> {
    let spellings = spellings(address);
    let mut all = Vec::new();
    for (view, seen) in views(bytes) {
        for (name, spelling) in &spellings {
            if memchr::memmem::find(&seen, spelling).is_some() {
                all.push(format!("{name}, {view}"));
            }
        }
    }
    all
}

/// As text in lower case, and as bytes.
fn spellings(address: IpAddr) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = match address {
        IpAddr::V4(ip) => {
            let o = ip.octets();
            let [a, b, c, d] = o;
            let number = u32::from(ip);
            let (high, low) = (number >> 16, number & 0xffff);
            vec![
                ("dotted", format!("{a}.{b}.{c}.{d}")),
                (
                    "dotted, three digits",
                    format!("{a:03}.{b:03}.{c:03}.{d:03}"),
                ),
                ("dashed", format!("{a}-{b}-{c}-{d}")),
                ("octal", format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}")),
                (
                    "octal, four digits",
                    format!("{a:04o}.{b:04o}.{c:04o}.{d:04o}"),
                ),
                ("octal number", format!("{number:o}")),
                (
                    "hexadecimal, dotted",
                    format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
                ),
                ("hexadecimal", format!("{number:08x}")),
                (
                    "hexadecimal, backwards",
                    format!("{:08x}", number.swap_bytes()),
                ),
                ("decimal", number.to_string()),
                ("decimal, backwards", number.swap_bytes().to_string()),
                ("two parts", format!("{a}.{}", number & 0xff_ffff)),
                ("three parts", format!("{a}.{b}.{low}")),
                ("a list", format!("{a},{b},{c},{d}")),
                ("a list with spaces", format!("{a}, {b}, {c}, {d}")),
                ("in IPv6", format!("{high:x}:{low:x}")),
                ("in IPv6, four digits", format!("{high:04x}:{low:04x}")),
                ("name, backwards", format!("{d}.{c}.{b}.{a}.in-addr")),
            ]
        }
        IpAddr::V6(ip) => {
            let s = ip.segments();
            let digits: Vec<String> = ip.octets().iter().map(|it| format!("{it:02x}")).collect();
            let nibbles: Vec<String> = digits.concat().chars().rev().map(String::from).collect();
            let join = |all: &[u16]| {
                let all: Vec<String> = all.iter().map(|it| format!("{it:x}")).collect();
                all.join(":")
            };
            let full: Vec<String> = s.iter().map(|it| format!("{it:04x}")).collect();
            vec![
                ("short", ip.to_string()),
                ("long", join(&s)),
                ("full", full.join(":")),
                ("dashed", full.join("-")),
                ("hexadecimal", digits.concat()),
                ("decimal", u128::from(ip).to_string()),
                ("name, backwards", format!("{}.ip6", nibbles.join("."))),
            ]
        }
    }
    .into_iter()
    .map(|(name, text)| (name, text.into_bytes()))
    .collect::<Vec<_>>();
    let mut bytes = match address {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    all.push(("bytes", bytes.clone()));
    bytes.reverse();
    all.push(("bytes, backwards", bytes));
    all
}

/// The bytes as they are, and what they are when they are decoded.
fn views(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![
        ("as it is".to_owned(), bytes.to_vec()),
        ("in lower case".to_owned(), bytes.to_ascii_lowercase()),
        ("percent".to_owned(), escaped(bytes, b"%", 2)),
        ("JSON".to_owned(), escaped(bytes, b"\\u00", 2)),
    ];
    for at in 0..4 {
        let decoded = runs(bytes, base64).flat_map(|run| regroup(&run, at, (6, 4)));
        all.push((format!("base64 from {at}"), decoded.collect()));
    }
    for at in 0..2 {
        let decoded = runs(bytes, hex).flat_map(|run| regroup(&run, at, (4, 2)));
        all.push((format!("digits from {at}"), decoded.collect()));
    }
    all
}

/// Escapes become the bytes that they stand for.
fn escaped(bytes: &[u8], mark: &[u8], digits: usize) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some((first, after)) = rest.split_first() {
        let told = rest
            .strip_prefix(mark)
            .and_then(|it| it.split_at_checked(digits))
            .and_then(|(told, after)| {
                let value = told
                    .iter()
                    .try_fold(0, |sum, it| Some(sum * 16 + hex(*it)?));
                Some((value?, after))
            });
        let (byte, after) = match told {
            Some((value, after)) => (u8::try_from(value).unwrap(), after),
            None => (*first, after),
        };
        out.push(byte);
        rest = after;
    }
    out
}

/// Runs of digits of an encoding: their values.
fn runs(bytes: &[u8], digit: fn(u8) -> Option<u32>) -> impl Iterator<Item = Vec<u32>> {
    let mut all = vec![Vec::new()];
    for byte in bytes {
        match digit(*byte) {
            Some(value) => all.last_mut().unwrap().push(value),
            None if all.last().is_some_and(Vec::is_empty) => {}
            None => all.push(Vec::new()),
        }
    }
    all.into_iter().filter(|run| run.len() >= RUN_MIN)
}

/// Values of so many bits, from one of them on, as bytes; those that are left over are none.
fn regroup(values: &[u32], from: usize, (bits, group): (u32, usize)) -> Vec<u8> {
    let mut out = Vec::new();
    for values in values.get(from..).unwrap_or_default().chunks(group) {
        let count = values.len() * bits as usize / 8;
        let sum = values.iter().fold(0, |sum, value| sum << bits | value);
        let sum = sum << (32 - bits as usize * values.len());
        out.extend_from_slice(&sum.to_be_bytes()[..count]);
    }
    out
}

fn hex(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

/// Both alphabets.
fn base64(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: [&str; 3] = ["5.187.231.94", "10.187.231.94", "2a01:bb8:e75e:1::9"];

    /// In the midst of other bytes.
    fn within(bytes: &[u8]) -> Vec<u8> {
        [b"\x01\x02, \"", bytes, b"\" \x03\x04"].concat()
    }

    fn base64_of(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
        let digit = |value: u32| alphabet[value as usize & 63];
        let of_three = |three: &[u8]| {
            let value = three.iter().fold(0, |sum, it| sum << 8 | u32::from(*it));
            let value = value << (24 - 8 * three.len());
            let all = [18, 12, 6, 0].map(|by| digit(value >> by));
            all[..=three.len()].to_vec()
        };
        bytes.chunks(3).flat_map(of_three).collect()
    }

    #[test]
    fn p24_every_spelling_is_found_in_every_encoding() {
        let url = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut plain = *url;
        plain[62..].copy_from_slice(b"+/");
        for address in ADDRESSES.map(|it| it.parse().unwrap()) {
            for (name, spelling) in spellings(address) {
                let mut encoded = vec![spelling.clone(), spelling.to_ascii_uppercase()];
                for shift in 0..3 {
                    let shifted = [&[0xa5; 3][..shift], &spelling, &[0x5a; 2]].concat();
                    encoded.push(base64_of(&shifted, url));
                    encoded.push(base64_of(&shifted, &plain));
                }
                let escape = |by: fn(&u8) -> String| spelling.iter().map(by).collect::<String>();
                encoded.push(escape(|it| format!("%{it:02X}")).into_bytes());
                encoded.push(escape(|it| format!("\\u00{it:02x}")).into_bytes());
                encoded.push(escape(|it| format!("{it:02x}")).into_bytes());
                // What is upper case already in no letter is no other case.
                encoded.retain(|it| {
                    name != "bytes" && name != "bytes, backwards"
                        || *it != spelling.to_ascii_uppercase()
                        || *it == spelling
                });
                for bytes in encoded {
                    let seen = found(address, &within(&bytes));
                    assert!(
                        !seen.is_empty(),
                        "{name}: {:?}",
                        String::from_utf8_lossy(&bytes)
                    );
                }
            }
        }
    }

    #[test]
    fn p24_what_is_not_there_is_not_found() {
        let noise: Vec<u8> = (0..100_000_u32)
            .flat_map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        let text = b"203.0.113.5:41000 [2001:db8::1]:41000 BQwTGiEoLzY9REtSWWBnbg".to_vec();
        for address in ADDRESSES.map(|it| it.parse().unwrap()) {
            assert_eq!(found(address, &text), Vec::<String>::new());
            assert_eq!(found(address, &noise), Vec::<String>::new());
        }
    }
}
