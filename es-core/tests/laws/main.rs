//! Laws that hold for every value: encoding, decoding, order, and the rules of ids.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod commit_tokens;
mod criteria;
mod identity;
mod metadata_and_tags;
mod text;
mod time;
mod view_keys;
