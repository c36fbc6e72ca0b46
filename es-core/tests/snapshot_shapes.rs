//! What makes snapshots of yesterday unusable: another shape of the state, or other logic.
//!
//! The variations have one name, as in one program after the other: no application could start
//! with all of them.
#![allow(clippy::expect_used, missing_docs, unreachable_pub)]

use es_core::aggregate::Aggregate;

/// One variation of a till, in a module of its own.
macro_rules! till {
    (
        $name:ident,
        $(arguments: ($($arguments:tt)*),)?
        coin: { $($coin:tt)* },
        $(fields: { $($fields:tt)* },)?
        body: $body:expr
        $(, others: { $($others:tt)* })?
    ) => {
        mod $name {
            #![allow(dead_code)]
            use es_core::prelude::*;

            #[derive(Event, Clone, Serialize, Deserialize)]
            #[event(name = "Paid")]
            pub struct Paid {
                pub amount: i64,
            }

            $($coin)*

            #[aggregate(snapshot $(, $($arguments)*)?)]
            #[derive(Default, Serialize, Deserialize)]
            pub struct Till {
                #[aggregate_identifier]
                pub till: String,
                pub sum: i64,
                pub coins: Vec<Option<Coin>>,
                $($($fields)*)?
            }

            #[aggregate]
            impl Till {
                $($($others)*)?

                #[event_sourcing_handler]
                fn on_paid(&mut self, event: &Paid) {
                    self.sum += $body(event.amount);
                }
            }
        }
    };
}

till!(plain, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount);

till!(commented, coin: {
    /// Money.
    #[derive(Serialize, Deserialize, State)]
    pub struct Coin { /** In cents. */ pub value: i64 }
}, body: |amount: i64| /* all of it */ amount);

till!(corrected, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount.abs());

till!(extended, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, fields: { pub is_open: bool, }, body: |amount: i64| amount);

till!(other_coin, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i32 }
}, body: |amount: i64| amount);

till!(renamed_coin, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { #[serde(rename = "cents")] pub value: i64 }
}, body: |amount: i64| amount);

till!(deeper_coin, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub enum Metal { Gold, Silver }
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64, pub metals: Vec<(Metal, Box<Coin>)> }
}, body: |amount: i64| amount);

till!(even_deeper_coin, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub enum Metal { Gold, Silver, Copper }
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64, pub metals: Vec<(Metal, Box<Coin>)> }
}, body: |amount: i64| amount);

till!(helped, coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount, others: {
    fn rounded(&self) -> i64 { self.sum }
});

till!(unseen_coin, coin: {
    #[derive(Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount);

till!(unseen_other_coin, coin: {
    #[derive(Serialize, Deserialize)]
    pub struct Coin { pub value: i32 }
}, body: |amount: i64| amount);

till!(first_revision, arguments: (snapshot_revision = 1), coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount);

till!(first_revision_changed, arguments: (snapshot_revision = 1), coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i32 }
}, fields: { pub is_open: bool, }, body: |amount: i64| -amount);

till!(second_revision, arguments: (snapshot_revision = 2), coin: {
    #[derive(State, Serialize, Deserialize)]
    pub struct Coin { pub value: i64 }
}, body: |amount: i64| amount);

fn schema<A: Aggregate>() -> u64 {
    A::SNAPSHOTS.expect("an aggregate with snapshots").schema()
}

#[test]
fn comments_layout_and_derives_change_nothing() {
    assert_eq!(schema::<plain::Till>(), schema::<commented::Till>());
}

#[test]
fn whatever_shapes_the_state_makes_other_snapshots() {
    let schemas = [
        schema::<plain::Till>(),
        schema::<corrected::Till>(),
        schema::<extended::Till>(),
        schema::<other_coin::Till>(),
        schema::<renamed_coin::Till>(),
        schema::<deeper_coin::Till>(),
        schema::<even_deeper_coin::Till>(),
        schema::<helped::Till>(),
        schema::<unseen_coin::Till>(),
    ];
    let different: std::collections::BTreeSet<_> = schemas.iter().collect();
    assert_eq!(different.len(), schemas.len(), "{schemas:x?}");
}

#[test]
fn a_type_without_state_is_known_by_its_name_alone() {
    assert_eq!(schema::<unseen_coin::Till>(), schema::<unseen_other_coin::Till>());
}

#[test]
fn a_revision_stands_in_for_everything() {
    let first = schema::<first_revision::Till>();
    assert_eq!(first, schema::<first_revision_changed::Till>());
    assert_ne!(first, schema::<second_revision::Till>());
}

/// One variation of a chest with drawers, in a module of its own.
macro_rules! chest {
    ($name:ident, fields: { $($fields:tt)* }, body: $body:expr) => {
        mod $name {
            #![allow(dead_code)]
            use es_core::prelude::*;

            #[derive(Event, Clone, Serialize, Deserialize)]
            pub struct Built {
                pub chest: String,
            }

            #[derive(Event, Clone, Serialize, Deserialize)]
            pub struct Filled {
                pub drawer: u8,
                pub amount: i64,
            }

            #[aggregate_member(of = Chest, key = drawer)]
            #[derive(Serialize, Deserialize)]
            pub struct Drawer {
                pub drawer: u8,
                pub amount: i64,
                $($fields)*
            }

            #[aggregate_member(of = Chest, key = drawer)]
            impl Drawer {
                #[event_sourcing_handler]
                fn on_filled(&mut self, event: &Filled) {
                    self.amount += $body(event.amount);
                }
            }

            #[aggregate(snapshot)]
            #[derive(Serialize, Deserialize)]
            pub struct Chest {
                #[aggregate_identifier]
                pub chest: String,
                #[member]
                pub drawers: Vec<Drawer>,
            }

            #[aggregate(member_events(Filled))]
            impl Chest {
                #[event_sourcing_handler]
                fn on_built(event: &Built) -> Self {
                    Self { chest: event.chest.clone(), drawers: vec![] }
                }
            }
        }
    };
}

chest!(chest, fields: {}, body: |amount: i64| amount);
chest!(chest_again, fields: { /* as before */ }, body: |amount: i64| amount);
chest!(corrected_drawer, fields: {}, body: |amount: i64| amount.abs());
chest!(extended_drawer, fields: { pub is_locked: bool, }, body: |amount: i64| amount);

#[test]
fn what_members_look_like_and_do_counts() {
    assert_eq!(schema::<chest::Chest>(), schema::<chest_again::Chest>());
    assert_ne!(schema::<chest::Chest>(), schema::<corrected_drawer::Chest>(), "its handler");
    assert_ne!(schema::<chest::Chest>(), schema::<extended_drawer::Chest>(), "its fields");
}
