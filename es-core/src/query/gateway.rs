use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Query, QueryCall, QueryError};
use crate::context::{Context, Host, Resources};
use crate::event::{Clock, Metadata, Tenant, keys};
use crate::fault::Fault;
use crate::future::{CatchUnwind, panic_message};
use crate::projection::{AsyncBatch, Batch, ReadSide, ViewVersions};
use crate::registry::QueryHandlerEntry;

/// So many queries read at a time; more wait for their turn.
const READERS: usize = 32;

/// Answers queries from the read side. Cloning is cheap and shares everything.
///
/// A handler that is a plain `fn` reads one snapshot on a thread made for blocking, and cannot
/// write; an `async fn` is awaited where the caller awaits.
#[derive(Clone)]
pub struct QueryGateway {
    shared: Arc<Shared>,
    metadata: Metadata,
    tenant: Tenant,
}

struct Shared {
    read_side: Arc<dyn ReadSide>,
    resources: Arc<Resources>,
    clock: Arc<dyn Clock>,
    by_type: HashMap<TypeId, QueryRoute>,
    by_name: HashMap<&'static str, TypeId>,
    readers: Semaphore,
}

/// A query handler and the tables it reads.
#[derive(Clone)]
pub(crate) struct QueryRoute {
    pub(crate) entry: QueryHandlerEntry,
    /// Whose name space SQL written by hand sees.
    pub(crate) version: Arc<str>,
    pub(crate) views: ViewVersions,
}

type AnyQuery = Box<dyn Any + Send + Sync>;
type AnyAnswer = Box<dyn Any + Send>;

impl QueryGateway {
    /// A gateway to these handlers; of several for one query the first answers.
    pub(crate) fn new(
        read_side: Arc<dyn ReadSide>,
        resources: Arc<Resources>,
        clock: Arc<dyn Clock>,
        routes: impl IntoIterator<Item = QueryRoute>,
    ) -> Self {
        let mut by_type = HashMap::new();
        let mut by_name = HashMap::new();
        for route in routes {
            by_name.entry(route.entry.query).or_insert_with(route.entry.query_id);
            by_type.entry((route.entry.query_id)()).or_insert(route);
        }
        let readers = Semaphore::new(READERS);
        let shared = Shared { read_side, resources, clock, by_type, by_name, readers };
        let (metadata, tenant) = (Metadata::new(), Tenant::default());
        Self { shared: Arc::new(shared), metadata, tenant }
    }

    /// Asks in the name of a tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.metadata.insert(keys::TENANT, tenant.as_str());
        self.tenant = tenant;
        self
    }

    /// Asks a query.
    ///
    /// That some linked crate answers it shows when it is asked: a crate with queries alone, of a
    /// client for example, has no handlers to check it against.
    ///
    /// ```text
    /// let summary = queries.query(FindOrder { order_id }).await?;
    /// ```
    ///
    /// # Errors
    /// See [`QueryError`]; each says what to do.
    ///
    /// # Cancel safety
    /// Dropping the future drops the answer; a query changes nothing.
    pub async fn query<Q: Query>(&self, query: Q) -> Result<Q::Answer, QueryError> {
        let route = self.shared.by_type.get(&TypeId::of::<Q>());
        let route = route.ok_or_else(|| self.no_handler(Q::NAME))?;
        let answer = self.run(route, Box::new(query)).await?;
        answer.downcast().map(|answer| *answer).map_err(|_| {
            failed(&route.entry, Fault::defect("its answer is not of the query's answer type"))
        })
    }

    /// Asks a query by its name, with its value and its answer as JSON.
    ///
    /// # Errors
    /// See [`QueryError`]; each says what to do.
    ///
    /// # Cancel safety
    /// Dropping the future drops the answer; a query changes nothing.
    pub async fn named(&self, name: &str, json: &[u8]) -> Result<Vec<u8>, QueryError> {
        let type_id = self.shared.by_name.get(name);
        let route = type_id.and_then(|type_id| self.shared.by_type.get(type_id));
        let route = route.ok_or_else(|| self.no_handler(name))?;
        let query = (route.entry.decode)(json).map_err(|error| QueryError::Undecodable {
            query: name.to_owned(),
            reason: error.to_string(),
        })?;
        let answer = self.run(route, query).await?;
        (route.entry.encode)(answer).map_err(|error| QueryError::Unencodable {
            query: name.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Answers no more queries; those that run end.
    pub(crate) fn close(&self) {
        self.shared.readers.close();
    }

    async fn run(&self, route: &QueryRoute, query: AnyQuery) -> Result<AnyAnswer, QueryError> {
        let name = || route.entry.query.to_owned();
        let turn = self.shared.readers.acquire().await;
        let _turn = turn.map_err(|_| QueryError::ShuttingDown { query: name() })?;
        match route.entry.call {
            QueryCall::Async(call) => {
                let batch = AsyncBatch { context: self.context() };
                let answer = CatchUnwind(call(&*query, &batch)).await;
                judge(&route.entry, answer)
            }
            QueryCall::Sync(_) => {
                let (gateway, route) = (self.clone(), route.clone());
                let answer = tokio::task::spawn_blocking(move || gateway.read(&route, &*query));
                answer.await.unwrap_or_else(|_| Err(QueryError::ShuttingDown { query: name() }))
            }
        }
    }

    /// Runs a plain `fn` over a snapshot, on this thread.
    fn read(
        &self,
        route: &QueryRoute,
        query: &(dyn Any + Send + Sync),
    ) -> Result<AnyAnswer, QueryError> {
        let entry = &route.entry;
        let QueryCall::Sync(call) = entry.call else {
            return Err(failed(
                entry,
                Fault::defect("an `async fn` cannot run on a reader's thread"),
            ));
        };
        let snapshot = self
            .shared
            .read_side
            .snapshot(&route.version)
            .map_err(|source| QueryError::ReadSide { query: entry.query.to_owned(), source })?;
        let batch = Batch {
            views: snapshot.views,
            versions: route.views.clone(),
            engine: snapshot.engine,
            tenant: self.tenant.clone(),
            context: self.context(),
        };
        judge(entry, catch_unwind(AssertUnwindSafe(|| call(query, &batch))))
    }

    fn context(&self) -> Context {
        Context {
            metadata: self.metadata.clone(),
            command_id: None,
            stream: None,
            position: None,
            host: Host::Reader(Arc::clone(&self.shared.resources), Arc::clone(&self.shared.clock)),
            within: crate::unit::Within::default(),
        }
    }

    fn no_handler(&self, query: &str) -> QueryError {
        let mut names: Vec<_> = self.shared.by_name.keys().copied().collect();
        names.sort_unstable();
        let answered = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        QueryError::NoHandler { query: query.to_owned(), answered }
    }
}

fn judge(
    entry: &QueryHandlerEntry,
    answer: Result<Result<AnyAnswer, Fault>, Box<dyn Any + Send>>,
) -> Result<AnyAnswer, QueryError> {
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(fault)) => Err(failed(entry, fault)),
        Err(panic) => Err(QueryError::Panicked {
            query: entry.query.to_owned(),
            handler: entry.handler,
            place: entry.source.to_string(),
            message: panic_message(&*panic),
        }),
    }
}

fn failed(entry: &QueryHandlerEntry, fault: Fault) -> QueryError {
    QueryError::Failed {
        query: entry.query.to_owned(),
        handler: entry.handler,
        place: entry.source.to_string(),
        fault,
    }
}
