import { Component, type ReactNode } from "react";
import { errorMessage } from "../lib/errors";
import { Button } from "../ui/Button";

type State = { error: unknown };

type ErrorBoundaryProps = {
  children: ReactNode;
  /** Shown in place of the message, for a part of a page that can be shown in a simpler way. */
  fallback?: ReactNode;
};

/** Shows why a page can't be rendered: `useQuery` throws the error of its query during rendering. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    if (this.props.fallback !== undefined) return this.props.fallback;
    return (
      <main className="mx-auto w-full max-w-md space-y-4 px-5 py-24">
        <h1 className="text-2xl font-semibold">This page could not be shown</h1>
        <p role="alert">{errorMessage(this.state.error)}</p>
        <Button onClick={() => this.setState({ error: null })}>Try again</Button>
      </main>
    );
  }
}
