//! Collects every error of an expansion, so that one build reports them all.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The errors found so far. Dropping it unread is a bug of the macro, and trips an assertion.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
}

impl Errors {
    /// Adds an error that underlines `tokens`, from the first to the last.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, text: impl std::fmt::Display) {
        self.list.push(syn::Error::new_spanned(tokens, text));
    }

    /// Adds an error of the parser.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.list.push(error);
    }

    /// How many have been found.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets what was added since there were so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// Takes the value, or adds the error.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.list.push(error)).ok()
    }

    /// Gives one `compile_error!` per error.
    pub(crate) fn into_compile_errors(mut self) -> TokenStream {
        std::mem::take(&mut self.list).into_iter().map(syn::Error::into_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            self.list.is_empty() || std::thread::panicking(),
            "an error of the macro's input was found and not reported"
        );
    }
}
