//! The suite finds what it looks for: every class of promises has bugs that turn it red.

use es_core::testing::contract;

use crate::grouped::{Bug, Grouped};

const BUGS: &[(Bug, &str)] = &[
    (Bug::SortsABatchByStream, "append"),
    (Bug::TakesAnEventIdTwice, "append"),
    (Bug::IgnoresThePayloadLimit, "append"),
    (Bug::IgnoresExpectations, "expectations"),
    (Bug::ChecksOnlyStreamsThatAreWritten, "expectations"),
    (Bug::UsesUpNumbersOfRefusedBatches, "numbers"),
    (Bug::LosesTheGroupOfARefusedBatch, "groups"),
    (Bug::LeavesHalfOfARefusedBatch, "groups"),
    (Bug::JudgesExpectationsAgainstTheDatabaseOnly, "groups"),
    (Bug::ComparesNumbersOnly, "pipelining"),
    (Bug::ForgetsCommands, "command memory"),
    (Bug::NeverForgetsACommand, "command memory"),
    (Bug::JudgesConditionsAgainstTheDatabaseOnly, "conditions"),
    (Bug::SwallowsTags, "source"),
    (Bug::GivesTheMarkerOfALaterSnapshot, "source"),
    (Bug::EndsLongStreamsEarly, "streams"),
    (Bug::LooksOnlyAtWantedEvents, "pages"),
    (Bug::SkipsWhatCommitsLate, "readers"),
    (Bug::ShowsHalfABatch, "readers"),
    (Bug::WakesTooEarly, "wake-ups"),
    (Bug::NormalisesIds, "identity"),
    (Bug::IgnoresTenants, "tenants"),
    (Bug::TrustsTheClock, "time"),
    (Bug::GivesPlacesWithoutEnd, "places"),
    (Bug::ReadsAfterItsEnd, "closing"),
    (Bug::LosesTheLastGroupAtARestart, "restart"),
    (Bug::TrustsItsCache, "foreign writers"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_a_bug_keeps_every_promise() {
    let report = contract::log_report(Grouped::with(Bug::None)).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.skipped().count(), 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_bug_breaks_a_promise_of_its_class() {
    for (bug, class) in BUGS {
        let report = contract::class_report(Grouped::with(*bug), class).await;
        let mut broken = report.broken().peekable();
        assert!(broken.peek().is_some(), "`{bug:?}` was not found among `{class}`: {report}");
        assert!(broken.all(|(promise, _)| promise.class == *class), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_class_has_a_planted_bug() {
    let report = contract::log_report(Grouped::with(Bug::None)).await;
    for (promise, _) in report.outcomes() {
        let is_covered = BUGS.iter().any(|(_, class)| *class == promise.class);
        assert!(is_covered, "no planted bug breaks a promise of `{}`", promise.class);
    }
}
