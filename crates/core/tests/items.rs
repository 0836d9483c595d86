//! The CBOR items of `wire/items.rs` against `minicbor`, which nobody here wrote.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use rand_core::{OsRng, RngCore};
use repin_core::wire::{Reader, Writer};

/// Where the length of an argument changes, and its neighbours.
const ARGUMENTS: [u64; 13] =
    [0, 1, 23, 24, 255, 256, 65_535, 65_536, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, u64::MAX];
const SIGNED: [i32; 14] = [0, 1, 23, 24, 155_105, i32::MAX, -1, -2, -24, -25, -256, -257, -65_537, i32::MIN];

fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::with_capacity(0);
    write(&mut writer);
    writer.into_bytes()
}

fn theirs(write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

#[test]
fn every_item_is_written_as_the_library_writes_it_and_read_back() {
    for number in ARGUMENTS {
        let bytes = written(|writer| writer.u64(number));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.u64(number))), "{number}");
        assert_eq!(Reader::new(&bytes).u64(), Ok(number));
        let bytes = written(|writer| writer.array(number));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.array(number))), "{number}");
        assert_eq!(Reader::new(&bytes).array(), Ok(number));
    }
    for number in SIGNED {
        let bytes = written(|writer| writer.i32(number));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.i32(number))), "{number}");
        assert_eq!(Reader::new(&bytes).i32(), Ok(number));
    }
    for length in [0, 1, 23, 24, 255, 256, 65_536] {
        let text = "a".repeat(length);
        let bytes = written(|writer| writer.str(&text));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.str(&text))), "{length}");
        assert_eq!(Reader::new(&bytes).str(), Ok(text.as_str()));
        let bytes = written(|writer| writer.bytes(text.as_bytes()));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.bytes(text.as_bytes()))), "{length}");
        assert_eq!(Reader::new(&bytes).bytes(), Ok(text.as_bytes()));
    }
    for value in [true, false] {
        let bytes = written(|writer| writer.bool(value));
        assert_eq!(bytes, theirs(|encoder| drop(encoder.bool(value))));
        assert_eq!(Reader::new(&bytes).bool(), Ok(value));
    }
    let bytes = written(Writer::null);
    assert_eq!(bytes, theirs(|encoder| drop(encoder.null())));
    assert!(Reader::new(&bytes).null());
}

/// Everything that may stand first, before anything or nothing: what ours reads, the library reads as the same.
#[test]
fn nothing_is_read_that_the_library_would_not_read() {
    let mut read = 0;
    for first in 0..=u8::MAX {
        for length in 0..12 {
            for _ in 0..40 {
                let mut bytes = vec![0; length + 1];
                OsRng.fill_bytes(&mut bytes);
                bytes[0] = first;
                read += u32::from(agree(&bytes));
            }
        }
    }
    assert!(read > 10_000, "{read}: too few were items for this to mean anything");
}

/// Whether it was an item of ours.
fn agree(bytes: &[u8]) -> bool {
    let (mut ours, mut library) = (Reader::new(bytes), Decoder::new(bytes));
    let kind = library.datatype();
    let number = ours.u64();
    assert_eq!(number.ok(), Decoder::new(bytes).u64().ok(), "{bytes:x?}");
    assert_eq!(Reader::new(bytes).i32().ok(), Decoder::new(bytes).i32().ok(), "{bytes:x?}");
    assert_eq!(Reader::new(bytes).bool().ok(), Decoder::new(bytes).bool().ok(), "{bytes:x?}");
    assert_eq!(Reader::new(bytes).null(), Decoder::new(bytes).null().is_ok(), "{bytes:x?}");
    assert_eq!(Reader::new(bytes).array().ok(), library.array().ok().flatten(), "{bytes:x?}");
    // A string without a length beforehand is read by neither.
    assert_eq!(Reader::new(bytes).bytes().ok(), Decoder::new(bytes).bytes().ok(), "{bytes:x?}");
    assert_eq!(Reader::new(bytes).str().ok(), Decoder::new(bytes).str().ok(), "{bytes:x?}");
    number.is_ok() || matches!(kind, Ok(Type::Array | Type::Bytes | Type::String | Type::Bool | Type::Null))
}
