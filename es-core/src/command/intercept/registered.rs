use super::{DispatchInterceptor, HandlingInterceptor};

/// An interceptor with the name of its type, which its trait does not tell.
pub(crate) struct Registered<I: ?Sized> {
    name: &'static str,
    pub(crate) runs: Box<I>,
}

impl Registered<dyn DispatchInterceptor> {
    pub(crate) fn dispatch<I: DispatchInterceptor>(interceptor: I) -> Self {
        Self { name: std::any::type_name::<I>(), runs: Box::new(interceptor) }
    }
}

impl Registered<dyn HandlingInterceptor> {
    pub(crate) fn handling<I: HandlingInterceptor>(interceptor: I) -> Self {
        Self { name: std::any::type_name::<I>(), runs: Box::new(interceptor) }
    }
}

impl<I: ?Sized> Registered<I> {
    /// What it is called where it panics.
    pub(crate) fn named(&self, kind: &str) -> String {
        format!("the {kind} interceptor `{}`", self.name)
    }
}
