use proc_macro2::TokenStream;
use quote::quote;

use super::hidden;
use super::read_handler::{self, Owner};
use super::register::register;
use crate::attr::FreeArguments;
use crate::diag::Errors;
use crate::light::LightFn;
use crate::model::{ReadHandler, ReadKind};
use crate::outside::outside;
use crate::paths::Paths;

/// `#[event_handler]` or `#[query_handler]` on a free function: the function, and its registration
/// beside it.
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
        return outside(attribute, "projection", item);
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
        hidden(register(&[entry], None, &es))
    });
    let errors = errors.into_compile_errors();
    quote!(#function #generated #errors)
}

/// Whether the signature shows that the function stands in an impl block.
fn is_method(function: &LightFn) -> bool {
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
