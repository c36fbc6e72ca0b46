//! A batch answers as if each write went straight into a sorted map, whatever its cache does.

use std::collections::BTreeMap;

use es_core::event::Tenant;
use es_core::projection::{
    MemoryReadSide, Preparation, ReadSide, ReadSideTransaction, Scan, ViewPlace, ViewSchema,
};
use proptest::prelude::*;

const VERSION: &str = "law@0-0";
const SCHEMA: ViewSchema = ViewSchema { name: "Law", indexes: &["value"], hash: 0 };

#[derive(Debug, Clone)]
enum Step {
    Put(u8, u8),
    Delete(u8),
    Load(u8),
    Scan(Scan),
    Savepoint,
    Undo,
    Commit,
    Drop,
}

fn scans() -> impl Strategy<Value = Scan> {
    let bound = || proptest::option::of((0_u8..7).prop_map(|byte| vec![byte]));
    let index = proptest::option::of(Just(0_usize));
    (index, bound(), bound(), proptest::option::of(0_usize..5))
        .prop_map(|(index, from, to, limit)| Scan { index, from, to, limit })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_u8..6, 0_u8..4).prop_map(|(key, value)| Step::Put(key, value)),
        2 => (0_u8..6).prop_map(Step::Delete),
        2 => (0_u8..6).prop_map(Step::Load),
        4 => scans().prop_map(Step::Scan),
        2 => Just(Step::Savepoint),
        1 => Just(Step::Undo),
        1 => Just(Step::Commit),
        1 => Just(Step::Drop),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Key and value; the row is the value too.
type Model = BTreeMap<u8, u8>;

fn found(model: &Model, scan: &Scan) -> Vec<Vec<u8>> {
    let is_found = |key: &u8, value: &u8| scan.matches(&[*key], &[vec![*value]]);
    let mut rows: Vec<_> = model.iter().filter(|(key, value)| is_found(key, value)).collect();
    if scan.index.is_some() {
        rows.sort_by_key(|(key, value)| (**value, **key));
    }
    rows.into_iter().map(|(_, value)| vec![*value]).collect()
}

fn obeys(steps: &[Step]) -> Result<(), TestCaseError> {
    let read_side = MemoryReadSide::new();
    let (views, by_hand) = (&[SCHEMA][..], false);
    read_side.prepare(&Preparation { processor: "law", version: VERSION, views, by_hand }).unwrap();
    let tenant = Tenant::default();
    let place = ViewPlace { version: VERSION, schema: &SCHEMA, tenant: &tenant };
    let begin = || -> Box<dyn ReadSideTransaction> { read_side.begin(VERSION).unwrap() };

    let mut batch = begin();
    let (mut committed, mut now) = (Model::new(), Model::new());
    let mut savepoint: Option<Model> = None;
    for step in steps {
        let views = batch.views();
        match step {
            Step::Put(key, value) => {
                views.upsert(&place, vec![*key], vec![vec![*value]], vec![*value]).unwrap();
                now.insert(*key, *value);
            }
            Step::Delete(key) => {
                let was_there = views.delete(&place, &[*key]).unwrap();
                prop_assert_eq!(was_there, now.remove(key).is_some());
            }
            Step::Load(key) => {
                let row = views.load(&place, &[*key]).unwrap();
                prop_assert_eq!(row, now.get(key).map(|value| vec![*value]));
            }
            Step::Scan(scan) => {
                let mut expected = found(&now, scan);
                prop_assert_eq!(views.count(&place, scan).unwrap(), expected.len() as u64);
                expected.truncate(scan.limit.unwrap_or(usize::MAX));
                prop_assert_eq!(views.scan(&place, scan).unwrap(), expected);
            }
            Step::Savepoint => {
                batch.savepoint().unwrap();
                savepoint = Some(now.clone());
            }
            Step::Undo => {
                if let Some(before) = savepoint.take() {
                    batch.rollback_to_savepoint().unwrap();
                    now = before;
                }
            }
            Step::Commit => {
                std::mem::replace(&mut batch, begin()).commit().unwrap();
                (committed, savepoint) = (now.clone(), None);
            }
            Step::Drop => {
                batch = begin();
                (now, savepoint) = (committed.clone(), None);
            }
        }
        let seen = read_side.snapshot(VERSION).unwrap().views;
        let everything = Scan::default();
        prop_assert_eq!(seen.scan(&place, &everything).unwrap(), found(&committed, &everything));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_batch_answers_like_a_map(steps in steps()) {
        obeys(&steps)?;
    }
}
