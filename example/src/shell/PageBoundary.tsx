import type { ReactNode } from "react";
import { ErrorBoundary, type FallbackProps } from "react-error-boundary";
import { errorMessage } from "../lib/errors";
import { text } from "../text";
import { Button } from "../ui/Button";

/** Shows why a page can't be shown: `useQuery` throws the error of its query while it renders. */
export function PageBoundary({ children }: { children: ReactNode }) {
  return <ErrorBoundary FallbackComponent={PageFailed}>{children}</ErrorBoundary>;
}

function PageFailed({ error, resetErrorBoundary }: FallbackProps) {
  return (
    <main className="mx-auto w-full max-w-md space-y-4 px-5 py-24">
      <h1 className="text-2xl font-semibold">{text.shell.pageFailed}</h1>
      <p role="alert">{errorMessage(error)}</p>
      <Button onClick={resetErrorBoundary}>{text.common.tryAgain}</Button>
    </main>
  );
}
