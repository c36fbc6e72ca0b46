use proc_macro2::Ident;
use syn::{Attribute, Type};

use super::signature::ungrouped;
use super::{Lent, Output, Parameter, check_function, parameter};
use crate::attr::cfgs;
use crate::diag::Errors;
use crate::light::LightFn;

/// An `#[event_handler]` or `#[query_handler]`.
pub(crate) struct ReadHandler {
    pub(crate) kind: ReadKind,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) message: Parameter,
    pub(crate) extractors: Vec<Parameter>,
    pub(crate) output: Output,
}

/// What the handler takes first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadKind {
    Event,
    Query,
}

impl ReadKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Query => "query",
        }
    }
}

impl ReadHandler {
    /// Reads a method (`self_ty` is its block's type) or a free function.
    pub(crate) fn read(
        kind: ReadKind,
        function: &LightFn,
        self_ty: Option<&Type>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.len();
        let sig = &function.sig;
        let word = kind.word();
        check_function(sig, errors);
        if let Some(receiver) = sig.receiver() {
            errors.push(
                receiver,
                format!(
                    "{article} {word} handler has no receiver: a projection keeps its state in \
                     views; take `&Views<T>`, `&mut Views<T>` or `Inject<T>` as parameters",
                    article = if kind == ReadKind::Event { "an" } else { "a" },
                ),
            );
            return None;
        }
        let mut inputs = sig.inputs.iter();
        let Some(message) = inputs.next().and_then(|input| parameter(input, self_ty)) else {
            errors.push(
                &sig.ident,
                format!("`{}` has no {word}; take it as the first parameter", sig.ident),
            );
            return None;
        };
        if message.lent == Lent::Mutable {
            errors.push(&message.ty, format!("the {word} is not changed; take `&T` or `T`"));
        }
        let extractors: Vec<_> = inputs.filter_map(|input| parameter(input, self_ty)).collect();
        if kind == ReadKind::Query {
            for extractor in extractors.iter().filter(|e| e.lent == Lent::Mutable) {
                errors.push(
                    &extractor.ty,
                    "a query handler only reads; take this as `&T`, and write in an \
                     `#[event_handler]`",
                );
            }
            if matches!(&sig.output, syn::ReturnType::Default)
                || matches!(&sig.output, syn::ReturnType::Type(_, ty)
                    if matches!(ungrouped(ty), Type::Never(_)))
            {
                errors.push(
                    &sig.ident,
                    format!("`{}` answers nothing; return the query's answer", sig.ident),
                );
            }
        }
        let output = Output::whole(&sig.output, self_ty, errors);
        (errors.len() == before).then(|| Self {
            kind,
            name: sig.ident.clone(),
            cfgs: cfgs(&function.attrs),
            is_async: sig.asyncness.is_some(),
            message,
            extractors,
            output,
        })
    }
}
