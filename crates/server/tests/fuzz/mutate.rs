//! Changes an input as fuzzers do: bits, bytes, cuts, splices, and words that parsers care about.

use crate::common::numbers::Numbers;

/// Longer than any message may be; what counts beyond is that it is too long.
const MOST: usize = 80_000;

/// Words of CBOR, JSON, URLs, dates, tokens and HTTP.
const WORDS: &[&[u8]] = &[
    b"\x00",
    b"\x18\x01",
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x5f",
    b"\x78\xff",
    b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x80",
    b"\x81",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9f",
    b"\xa1",
    b"\xc1",
    b"\xf6",
    b"\xf9\x7e\x00",
    b"\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b":",
    b",",
    b"null",
    b"true",
    b"1e400",
    b"-1",
    b"0.0",
    b"18446744073709551616",
    b"99999999999999999999",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc3",
    b"https://",
    b"http://",
    b"@",
    b"[::1]",
    b"[::ffff:127.0.0.1]",
    b"127.0.0.1",
    b"0x7f.1",
    b"%00",
    b"%2e%2e",
    b"/../",
    b"?",
    b"#",
    b"&",
    b"=",
    b"+",
    b";",
    b"%",
    b"\r\n",
    b"\t",
    b" ",
    b".",
    b"..",
    b"=",
    b"-",
    b"T",
    b"Z",
    b"+24:00",
    b"-00:00",
    b"9999-12-31T23:59:60Z",
    b"0000-00-00",
    b"pageSize=",
    b"from=",
    b"to=",
    b"order=",
    b"pageAfter=",
    b"PENDING",
    b"userId",
    b"idempotencyKey",
    b"alg",
    b"none",
    b"TEST_API_KEY:",
    b"Bearer ",
    b"PROVE_1",
    b"sealed",
    b"\xf0\x9f\x98\x80",
];

/// One of the inputs, changed in up to four places.
pub fn mutate(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(input.len() + 1);
        let to = (at + 1 + numbers.below(16)).min(input.len());
        match numbers.below(9) {
            0 if at < input.len() => input[at] ^= 1 << numbers.below(8),
            1 if at < input.len() => input[at] = numbers.next() as u8,
            2 => input.truncate(at),
            3 => drop(input.splice(at..at, numbers.any(WORDS).iter().copied())),
            4 => drop(input.splice(at..to, numbers.any(WORDS).iter().copied())),
            5 => drop(input.drain(at..to)),
            6 => drop(input.splice(at..at, input[at..to].to_vec())),
            // The head of one, the tail of another.
            7 => {
                let other = &corpus[numbers.below(corpus.len())];
                input.truncate(at);
                input.extend_from_slice(&other[numbers.below(other.len() + 1)..]);
            }
            // Deep, or long.
            _ => {
                let (word, times) = (numbers.any(WORDS), numbers.any(&[2, 17, 256, 3_000]));
                drop(input.splice(at..at, word.iter().copied().cycle().take(word.len() * times)));
            }
        }
    }
    input.truncate(MOST);
    input
}
