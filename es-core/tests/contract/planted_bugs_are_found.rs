//! The suite finds what it looks for: every class of promises has bugs that turn it red.

use es_core::testing::contract;

use crate::grouped::{Bug, Grouped};

/// Each bug, its class, and the promise that must name it.
const BUGS: &[(Bug, &str, &str)] = &[
    (Bug::SortsABatchByStream, "append", "events_of_several_streams_keep_their_order"),
    (Bug::TakesAnEventIdTwice, "append", "an_event_id_is_stored_once"),
    (Bug::IgnoresLimits, "append", "a_payload_over_the_limit_refuses_its_batch"),
    (Bug::IgnoresExpectations, "expectations", "exact_holds_only_for_the_last_sequence"),
    (
        Bug::ChecksOnlyStreamsThatAreWritten,
        "expectations",
        "streams_that_are_only_read_are_checked",
    ),
    (Bug::UsesUpNumbersOfRefusedBatches, "numbers", "a_refused_batch_uses_up_no_number"),
    (
        Bug::LosesTheGroupOfARefusedBatch,
        "groups",
        "a_batch_that_fails_inside_a_group_is_undone_alone",
    ),
    (Bug::LeavesHalfOfARefusedBatch, "groups", "a_batch_that_fails_inside_a_group_is_undone_alone"),
    (
        Bug::JudgesExpectationsAgainstTheDatabaseOnly,
        "groups",
        "a_batch_sees_what_was_accepted_before_it",
    ),
    (
        Bug::ComparesNumbersOnly,
        "pipelining",
        "a_batch_falls_with_its_predecessor_whatever_the_version_says",
    ),
    (Bug::ForgetsCommands, "command memory", "a_repetition_gets_the_first_answer"),
    (Bug::NeverForgetsACommand, "command memory", "generated_ids_are_remembered_for_an_hour"),
    (
        Bug::TellsARepetitionItsOwnName,
        "repetitions",
        "another_command_under_the_id_is_told_the_first_ones_name_and_target",
    ),
    (
        Bug::LooksForTheIdOnlyWhereItIsToBeRemembered,
        "repetitions",
        "an_answer_that_stores_nothing_gives_way_to_the_first_one",
    ),
    (
        Bug::JudgesConditionsAgainstTheDatabaseOnly,
        "conditions",
        "conditions_see_what_was_accepted_before_them",
    ),
    (
        Bug::JudgesOnlyTheFirstCondition,
        "judgement",
        "several_conditions_see_what_their_group_accepted",
    ),
    (Bug::SwallowsTags, "source", "events_are_found_by_their_tags"),
    (Bug::GivesTheMarkerOfALaterSnapshot, "source", "the_marker_comes_also_when_nothing_matches"),
    (Bug::IgnoresLimits, "tags", "a_tag_of_ten_kilobytes_refuses_its_batch"),
    (Bug::CutsLongTags, "tags", "long_tags_that_differ_at_their_end_are_two"),
    (Bug::EndsLongStreamsEarly, "streams", "a_long_stream_is_read_whole"),
    (Bug::LooksOnlyAtWantedEvents, "pages", "a_filtered_reader_passes_over_what_it_does_not_want"),
    (Bug::LooksForTagsInOneTenantOnly, "filters", "tags_are_looked_for_in_every_tenant"),
    (Bug::SkipsWhatCommitsLate, "readers", "a_reader_every_millisecond_skips_nothing"),
    (Bug::ShowsHalfABatch, "readers", "a_reader_never_sees_half_a_batch"),
    (Bug::WakesTooEarly, "wake-ups", "a_wake_up_names_a_readable_position"),
    (Bug::SaysItLookedToTheHead, "tail", "the_hand_over_has_no_hole_wherever_it_falls"),
    (Bug::NormalisesIds, "identity", "ids_with_every_oddity_are_streams_of_their_own"),
    (Bug::IgnoresTenants, "tenants", "one_id_of_two_tenants_is_two_streams"),
    (Bug::TrustsTheClock, "time", "time_never_decreases_when_the_clock_goes_back"),
    (Bug::GoesToTheLastOfManyAtOnce, "moments", "a_moment_goes_to_the_first_of_many_at_once"),
    (Bug::GivesPlacesWithoutEnd, "places", "a_full_queue_is_overloaded_at_the_deadline"),
    (Bug::ClosesOnlyIfAwaited, "dropped futures", "a_dropped_close_closes_all_the_same"),
    (Bug::ReadsAfterItsEnd, "closing", "a_closed_log_is_not_read"),
    (Bug::LosesTheLastGroupAtARestart, "restart", "events_are_there_again"),
    (Bug::KeepsTheFirstSnapshot, "snapshots", "a_later_one_takes_the_place_of_an_earlier_one"),
    (Bug::MixesUpSnapshotsOfTenants, "snapshots", "every_stream_has_its_own"),
    (Bug::TrustsItsCache, "foreign writers", "a_stale_expectation_is_a_conflict"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_a_bug_keeps_every_promise() {
    let report = contract::log_report(Grouped::with(Bug::None)).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(report.skipped().count(), 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_bug_breaks_the_promise_that_names_it() {
    for (bug, class, promise) in BUGS {
        let report = contract::class_report(Grouped::with(*bug), class).await;
        let is_named = report.broken().any(|(broken, _)| broken.name == *promise);
        assert!(is_named, "`{bug:?}` was not found by `{promise}` of `{class}`: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_class_has_a_planted_bug() {
    let report = contract::log_report(Grouped::with(Bug::None)).await;
    for (promise, _) in report.outcomes() {
        let is_covered = BUGS.iter().any(|(_, class, _)| *class == promise.class);
        assert!(is_covered, "no planted bug breaks a promise of `{}`", promise.class);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_has_at_least_eighty_promises_each_with_a_name_of_its_own() {
    let report = contract::log_report(Grouped::with(Bug::None)).await;
    let names: Vec<_> = report.outcomes().iter().map(|(promise, _)| promise.name).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "two promises share a name");
    assert!(names.len() >= 80, "{} promises", names.len());
}
