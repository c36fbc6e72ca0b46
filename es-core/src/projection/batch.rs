use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{ReadSideError, ViewSchema, ViewTransaction};
use crate::context::{Context, FromContext, Needs};
use crate::event::Tenant;
use crate::fault::Fault;

/// What one event or query finds around it in its batch, on the batch's own thread.
pub struct Batch {
    pub(crate) views: Rc<dyn ViewTransaction>,
    pub(crate) versions: ViewVersions,
    pub(crate) engine: Rc<dyn Any>,
    pub(crate) tenant: Tenant,
    pub(crate) context: Context,
}

impl Batch {
    /// The engine's own handle, if it is a `T`; extractors of engines use it.
    #[must_use]
    pub fn engine<T: 'static>(&self) -> Option<Rc<T>> {
        Rc::clone(&self.engine).downcast().ok()
    }
}

/// Which version's tables the views of one handler or processor are in.
#[derive(Debug, Clone, Default)]
pub(crate) struct ViewVersions(Arc<HashMap<&'static str, Arc<str>>>);

impl ViewVersions {
    pub(crate) fn of(&self, schema: &ViewSchema) -> Result<Arc<str>, ReadSideError> {
        let version = self.0.get(schema.name).cloned();
        version.ok_or(ReadSideError::UnknownView { view: schema.name })
    }
}

impl FromIterator<(&'static str, Arc<str>)> for ViewVersions {
    fn from_iter<I: IntoIterator<Item = (&'static str, Arc<str>)>>(pairs: I) -> Self {
        Self(Arc::new(pairs.into_iter().collect()))
    }
}

/// What an asynchronous handler finds around it.
pub struct AsyncBatch {
    pub(crate) context: Context,
}

/// A value that a plain `fn` handler of events or queries can take as a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of this event or query handler",
    label = "not part of a batch",
    note = "use `Views<T>`, or wrap a resource in `Inject<{Self}>` and give it to `AppBuilder::provide`"
)]
pub trait FromBatch: Sized {
    /// Takes the value.
    ///
    /// # Errors
    /// The batch has no such value.
    fn from_batch(batch: &Batch) -> Result<Self, Fault>;

    /// Tells what must be there when the application starts.
    fn needs(_needs: &mut Needs) {}
}

#[diagnostic::do_not_recommend]
impl<T: FromContext> FromBatch for T {
    fn from_batch(batch: &Batch) -> Result<Self, Fault> {
        T::from_context(&batch.context)
    }

    fn needs(needs: &mut Needs) {
        T::needs(needs);
    }
}

/// A value that an `async fn` handler of events or queries can take as a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in an `async fn` handler",
    label = "works on the batch's own thread",
    note = "write `fn` instead of `async fn`"
)]
// No `Send` above it: a type that is not `Send` would be reported twice.
pub trait FromBatchAsync: Sized {
    /// Takes the value.
    ///
    /// # Errors
    /// The batch has no such value.
    fn from_batch(batch: &AsyncBatch) -> Result<Self, Fault>;

    /// Tells what must be there when the application starts.
    fn needs(_needs: &mut Needs) {}
}

#[diagnostic::do_not_recommend]
impl<T: FromContext + Send> FromBatchAsync for T {
    fn from_batch(batch: &AsyncBatch) -> Result<Self, Fault> {
        T::from_context(&batch.context)
    }

    fn needs(needs: &mut Needs) {
        T::needs(needs);
    }
}
