use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, Type};

use super::read_handler::{self, Owner};
use super::register::register;
use super::{hidden, traced};
use crate::attr::{FreeArguments, cfgs};
use crate::diag::Errors;
use crate::light::LightFn;
use crate::model::{ReadHandler, ReadKind};
use crate::outside::outside;
use crate::paths::Paths;

/// `#[event_handler]` or `#[query_handler]` on a free function: the function, and its registration.
pub(super) fn expand(
    kind: ReadKind,
    attribute: &str,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let function = match syn::parse2::<LightFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    if is_method(&function) {
        return outside(attribute, &["projection"], item);
    }
    let mut errors = Errors::default();
    let shown = format!("`#[{attribute}]`");
    let known: &[&str] = match kind {
        ReadKind::Event => &["processor", "crate"],
        ReadKind::Query => &["crate"],
    };
    let arguments = FreeArguments::read(arguments, &shown, known, &mut errors);
    let es = Paths::new(arguments.krate.as_ref());
    let processor =
        arguments.processor.map_or_else(|| function.sig.ident.to_string(), |name| name.value());
    let generated = ReadHandler::read(kind, &function, None, &mut errors).map(|handler| {
        let entry = read_handler::entry(&handler, &Owner::Function(processor), &es);
        let entries = register(&[entry], Some(&own(&function.sig.ident)), &es);
        let private = es.private();
        let entries = quote!(use #private::{NoFacts as _, Unanswered as _}; #entries);
        stand_in(&function, kind.word(), entries, &es)
    });
    let errors = errors.into_compile_errors();
    quote!(#function #generated #errors)
}

/// A type of the function's name that stands for it in `.with::<…>()`, with the generated items
/// beside it:
///
/// ```text
/// #[beside(const _: () = { … };)]
/// pub struct transfer {}
/// ```
// In an `impl` block rustc refuses a struct and never looks at what hangs on it, so that there is
// one error; items that stand side by side would be refused one by one.
pub(super) fn stand_in(
    function: &LightFn,
    message: &str,
    generated: TokenStream,
    es: &Paths,
) -> TokenStream {
    let LightFn { vis, sig, attrs, .. } = function;
    let name = &sig.ident;
    let cfgs = cfgs(attrs);
    let doc = format!("Stands for the {message} handler [`{name}`](fn@{name}).");
    let items = traced(&name.to_string(), hidden(generated));
    let private = es.private();
    quote_spanned! {name.span()=>
        #(#cfgs)*
        #[#private::beside(#items)]
        #[doc = #doc]
        #[allow(non_camel_case_types, dead_code, unreachable_pub)]
        #vis struct #name {}
    }
}

/// That type.
pub(super) fn own(name: &Ident) -> Type {
    Type::Path(syn::TypePath { attrs: vec![], qself: None, path: name.clone().into() })
}

/// Whether the signature shows that the function stands in an impl block.
pub(super) fn is_method(function: &LightFn) -> bool {
    let sig = &function.sig;
    sig.receiver().is_some() || mentions_self(quote!(#sig))
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        proc_macro2::TokenTree::Ident(ident) => ident == "Self",
        proc_macro2::TokenTree::Group(group) => mentions_self(group.stream()),
        proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Literal(_) => false,
    })
}
