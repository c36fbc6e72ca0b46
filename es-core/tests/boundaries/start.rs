//! An engine that cannot judge conditions is told when the application starts.

use std::sync::Arc;

use es_core::prelude::*;
use es_core::store::EventStore;

use super::domain::*;
use super::log::MeddledLog;

#[tokio::test]
async fn a_log_without_conditions_is_refused_at_the_start_by_the_signature() {
    let log = MeddledLog::new().can_little() as Arc<dyn EventStore>;
    let starting = App::builder().store(log).only::<(take_seat, look)>().start();
    let error = starting.await.err().unwrap().to_string();
    for told in ["`TakeSeat`", "`Look`", "boundaries/domain.rs:", "conditions over tags"] {
        assert!(error.contains(told), "`{told}` is not in: {error}");
    }
}
