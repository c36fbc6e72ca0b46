//! A stream's name is three texts, compared byte by byte.

use crate::event::{Sequence, StreamId, Tenant};
use crate::testing::contract::batches::{batch, event, one, stream, stream_of};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("identity":
    ids_with_every_oddity_are_streams_of_their_own,
    the_longest_id_is_an_id,
    one_id_of_two_aggregates_is_two_streams,
    the_parts_of_a_name_do_not_run_together,
    names_of_events_are_kept_as_they_are,
    every_log_has_an_identity_of_its_own,
);

/// Ids that some folding, trimming, escaping or normalising would take for one another.
const ODDITIES: &[&str] = &[
    "a",
    "A",
    "a ",
    " a",
    "\u{a0}a",
    "a\u{200b}",
    "a\u{200d}",
    "\u{feff}a",
    "é",
    "e\u{301}",
    "\u{212b}",
    "\u{c5}",
    "A\u{30a}",
    "ß",
    "ss",
    "ẞ",
    "ﬁ",
    "fi",
    "İ",
    "i",
    "ı",
    "I",
    "Ω",
    "\u{2126}",
    "\u{202e}abc",
    "cba",
    "😀",
    "👩\u{200d}👩\u{200d}👧",
    "👩👩👧",
    "\u{10ffff}",
    "\u{e000}",
    "\u{fffd}",
    "日本",
    "日本\u{fe00}",
    "한",
    "\u{1112}\u{1161}\u{11ab}",
    "１",
    "1",
    "01",
    "1.0",
    "1e0",
    "0x1",
    "%",
    "_",
    "a%",
    "a_",
    "*",
    "?",
    "[a]",
    "'",
    "''",
    "\"",
    "\\",
    "\\'",
    "`",
    ";--",
    "a/b",
    "a\\b",
    "../a",
    ".",
    "..",
    "null",
    "NULL",
    "true",
    "{}",
    "$1",
    ":1",
    "a:b",
    "a|b",
    "a,b",
    "a=b",
    "a&b",
];

async fn ids_with_every_oddity_are_streams_of_their_own(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut streams = Vec::new();
    for id in ODDITIES {
        let oddity = stream(id)?;
        log.append(one(&oddity, "A").expecting(&oddity, crate::store::Expected::NoStream)).await?;
        streams.push(oddity);
    }
    for oddity in &streams {
        let events = log.stream(oddity).await?;
        let seen: Vec<_> = events.iter().filter_map(|event| event.stream.clone()).collect();
        equal(&format!("the stream {:?}", oddity.id()), seen, vec![(oddity.clone(), Sequence(0))])?;
    }
    let read: Vec<_> =
        log.all().await?.into_iter().filter_map(|event| Some(event.stream?.0)).collect();
    equal("the ids in order of position", read, streams)
}

async fn the_longest_id_is_an_id(world: &World) -> Verdict {
    let log = world.log().await?;
    let (ascii, emoji) = ("x".repeat(255), format!("{}ß.", "😀".repeat(63)));
    let mut other = ascii.clone();
    other.replace_range(254.., "y");
    for id in [&ascii, &emoji, &other] {
        log.append(one(&stream(id)?, "A")).await?;
    }
    for id in [&ascii, &emoji, &other] {
        equal("the version", log.version(&stream(id)?).await?, Some(Sequence(0)))?;
    }
    Ok(())
}

async fn one_id_of_two_aggregates_is_two_streams(world: &World) -> Verdict {
    let log = world.log().await?;
    let tenant = Tenant::default();
    let order = stream_of(&tenant, "Order", "7")?;
    let note = stream_of(&tenant, "CreditNote", "7")?;
    log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    log.append(one(&note, "A")).await?;
    equal("the order's version", log.version(&order).await?, Some(Sequence(1)))?;
    equal("the credit note's version", log.version(&note).await?, Some(Sequence(0)))
}

async fn the_parts_of_a_name_do_not_run_together(world: &World) -> Verdict {
    let log = world.log().await?;
    let name = |tenant: &str, aggregate, id| -> Verdict<StreamId> {
        stream_of(&crate::testing::contract::batches::tenant(tenant)?, aggregate, id)
    };
    let streams = [
        name("", "a", "bc")?,
        name("", "ab", "c")?,
        name("a", "b", "c")?,
        name("ab", "c", "d")?,
        name("a", "bc", "d")?,
        name("a", "b", "cd")?,
        name("", "a/b", "c")?,
        name("", "a", "b/c")?,
        name("", "a b", "c")?,
        name("", "a", "b c")?,
        name("a", "a", "a")?,
        name("", "aa", "a")?,
    ];
    for stream in &streams {
        log.append(one(stream, "A")).await?;
    }
    for stream in &streams {
        let version = log.version(stream).await?;
        equal(&format!("the version of {stream:?}"), version, Some(Sequence(0)))?;
    }
    Ok(())
}

async fn names_of_events_are_kept_as_they_are(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(batch(ODDITIES.iter().map(|name| event(&order, name)).collect())).await?;
    let seen: Vec<_> = log.stream(&order).await?.iter().map(|e| e.name.to_string()).collect();
    equal("the names", seen, ODDITIES.iter().map(|name| (*name).to_owned()).collect())
}

async fn every_log_has_an_identity_of_its_own(world: &World) -> Verdict {
    let (a, b) = (world.log().await?, world.log().await?);
    holds(a.identity() != b.identity(), || {
        format!("expected two identities, saw {}", a.identity())
    })?;
    equal("the identity asked again", a.identity(), a.identity())
}
