/**
 * The public functions of Quaver's backend, for a front end in another repository: copy this file there.
 * Made by "bun run api-spec", which runs "convex-helpers ts-api-spec".
 */
import { type FunctionReference, anyApi } from "convex/server";
import { type GenericId as Id } from "convex/values";

export const api: PublicApiType = anyApi as unknown as PublicApiType;

export type PublicApiType = {
  auth: {
    users: {
      currentUser: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        {
          _creationTime: number;
          _id: Id<"users">;
          clerkUser: {
            created_at: number;
            email_addresses: Array<{ email_address: string; id: string }>;
            first_name: string | null;
            id: string;
            image_url: string | null;
            last_name: string | null;
            primary_email_address_id: string | null;
            updated_at: number;
            username: string | null;
          };
        } | null
      >;
      deleteUser: FunctionReference<"action", "public", Record<string, never>, { success: true }>;
      syncCurrentUser: FunctionReference<
        "action",
        "public",
        Record<string, never>,
        {
          _creationTime: number;
          _id: Id<"users">;
          clerkUser: {
            created_at: number;
            email_addresses: Array<{ email_address: string; id: string }>;
            first_name: string | null;
            id: string;
            image_url: string | null;
            last_name: string | null;
            primary_email_address_id: string | null;
            updated_at: number;
            username: string | null;
          };
        }
      >;
      userLoginStatus: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        {
          status: "No JWT Token" | "No Clerk User" | "Logged In";
          user: {
            _creationTime: number;
            _id: Id<"users">;
            clerkUser: {
              created_at: number;
              email_addresses: Array<{ email_address: string; id: string }>;
              first_name: string | null;
              id: string;
              image_url: string | null;
              last_name: string | null;
              primary_email_address_id: string | null;
              updated_at: number;
              username: string | null;
            };
          } | null;
        }
      >;
    };
  };
  messages: {
    mutations: {
      insert: FunctionReference<
        "mutation",
        "public",
        {
          clientMessageId?: string;
          content: string;
          parts?: Array<
            { text: string; type: "text" } | { duration?: number; text: string; type: "reasoning" }
          >;
          projectId: Id<"projects">;
          role: "user" | "assistant";
        },
        Id<"messages">
      >;
    };
    queries: {
      listByProject: FunctionReference<
        "query",
        "public",
        { projectId: string },
        Array<{
          _creationTime: number;
          _id: Id<"messages">;
          clientMessageId?: string;
          content: string;
          createdAt: number;
          parts?: Array<
            { text: string; type: "text" } | { duration?: number; text: string; type: "reasoning" }
          >;
          projectId: Id<"projects">;
          role: "user" | "assistant";
        }>
      >;
      pageByProject: FunctionReference<
        "query",
        "public",
        {
          paginationOpts: {
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumBytesRead?: number;
            maximumRowsRead?: number;
            numItems: number;
          };
          projectId: string;
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            _creationTime: number;
            _id: Id<"messages">;
            clientMessageId?: string;
            content: string;
            createdAt: number;
            parts?: Array<
              | { text: string; type: "text" }
              | { duration?: number; text: string; type: "reasoning" }
            >;
            projectId: Id<"projects">;
            role: "user" | "assistant";
          }>;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
          splitCursor?: string | null;
        }
      >;
    };
  };
  payments: {
    actions: {
      cancelSubscription: FunctionReference<"action", "public", Record<string, never>, null>;
      createCheckoutSession: FunctionReference<
        "action",
        "public",
        { plan: "free" | "pro" },
        { sessionId: string; url: string }
      >;
      createPortalSession: FunctionReference<
        "action",
        "public",
        Record<string, never>,
        { url: string }
      >;
      getPrice: FunctionReference<
        "action",
        "public",
        { plan: "free" | "pro" },
        {
          amount: number;
          currency: string;
          interval: "day" | "week" | "month" | "year";
          intervalCount: number;
        } | null
      >;
      resumeSubscription: FunctionReference<"action", "public", Record<string, never>, null>;
    };
    queries: {
      currentPlan: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        {
          limits: { maxProjects: number };
          plan: "free" | "pro";
          subscription: {
            cancelAtPeriodEnd: boolean;
            currentPeriodEnd: number;
            status: string;
          } | null;
          usage: { projects: number };
        }
      >;
      listInvoices: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        Array<{
          amountDue: number;
          amountPaid: number;
          createdAt: number;
          currency: string;
          hostedInvoiceUrl?: string;
          number?: string;
          status: string;
          stripeInvoiceId: string;
        }>
      >;
      listPayments: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        Array<{
          amount: number;
          createdAt: number;
          currency: string;
          status: string;
          stripePaymentIntentId: string;
        }>
      >;
      pageInvoices: FunctionReference<
        "query",
        "public",
        {
          paginationOpts: {
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumBytesRead?: number;
            maximumRowsRead?: number;
            numItems: number;
          };
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            amountDue: number;
            amountPaid: number;
            createdAt: number;
            currency: string;
            hostedInvoiceUrl?: string;
            number?: string;
            status: string;
            stripeInvoiceId: string;
          }>;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
          splitCursor?: string | null;
        }
      >;
      pagePayments: FunctionReference<
        "query",
        "public",
        {
          paginationOpts: {
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumBytesRead?: number;
            maximumRowsRead?: number;
            numItems: number;
          };
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            amount: number;
            createdAt: number;
            currency: string;
            status: string;
            stripePaymentIntentId: string;
          }>;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
          splitCursor?: string | null;
        }
      >;
    };
  };
  projects: {
    actions: {
      archive: FunctionReference<"action", "public", { projectId: Id<"projects"> }, null>;
      create: FunctionReference<
        "action",
        "public",
        { clientProjectId?: string; name: string; prompt: string },
        { projectId: Id<"projects">; sandboxId: string }
      >;
      ensureRunning: FunctionReference<"action", "public", { projectId: Id<"projects"> }, null>;
      previewUrl: FunctionReference<
        "action",
        "public",
        { port?: number; projectId: Id<"projects"> },
        { expiresAt: number; isListening: boolean; url: string }
      >;
      retry: FunctionReference<
        "action",
        "public",
        { projectId: Id<"projects"> },
        { projectId: Id<"projects">; sandboxId: string }
      >;
      start: FunctionReference<"action", "public", { projectId: Id<"projects"> }, null>;
      stop: FunctionReference<"action", "public", { projectId: Id<"projects"> }, null>;
    };
    mutations: {
      remove: FunctionReference<"mutation", "public", { projectId: Id<"projects"> }, null>;
      rename: FunctionReference<
        "mutation",
        "public",
        { name: string; projectId: Id<"projects"> },
        null
      >;
    };
    queries: {
      getById: FunctionReference<
        "query",
        "public",
        { projectId: string },
        {
          _creationTime: number;
          _id: Id<"projects">;
          createdAt: number;
          failure?: { at: number; reason: string; retryable: boolean };
          lastActivityAt: number;
          name: string;
          operation?: {
            kind: "create" | "start" | "stop" | "archive" | "turn" | "cleanup";
            startedAt: number;
          };
          prompt: string;
          sandboxId?: string;
          status: "creating" | "generating" | "ready" | "stopped" | "archived" | "failed";
          statusChangedAt: number;
          userId: Id<"users">;
        } | null
      >;
      getBySandboxId: FunctionReference<
        "query",
        "public",
        { sandboxId: string },
        {
          _creationTime: number;
          _id: Id<"projects">;
          createdAt: number;
          failure?: { at: number; reason: string; retryable: boolean };
          lastActivityAt: number;
          name: string;
          operation?: {
            kind: "create" | "start" | "stop" | "archive" | "turn" | "cleanup";
            startedAt: number;
          };
          prompt: string;
          sandboxId?: string;
          status: "creating" | "generating" | "ready" | "stopped" | "archived" | "failed";
          statusChangedAt: number;
          userId: Id<"users">;
        } | null
      >;
      listForCurrentUser: FunctionReference<
        "query",
        "public",
        Record<string, never>,
        Array<{
          _creationTime: number;
          _id: Id<"projects">;
          createdAt: number;
          failure?: { at: number; reason: string; retryable: boolean };
          lastActivityAt: number;
          name: string;
          operation?: {
            kind: "create" | "start" | "stop" | "archive" | "turn" | "cleanup";
            startedAt: number;
          };
          prompt: string;
          sandboxId?: string;
          status: "creating" | "generating" | "ready" | "stopped" | "archived" | "failed";
          statusChangedAt: number;
          userId: Id<"users">;
        }>
      >;
      pageForCurrentUser: FunctionReference<
        "query",
        "public",
        {
          paginationOpts: {
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumBytesRead?: number;
            maximumRowsRead?: number;
            numItems: number;
          };
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            _creationTime: number;
            _id: Id<"projects">;
            createdAt: number;
            failure?: { at: number; reason: string; retryable: boolean };
            lastActivityAt: number;
            name: string;
            operation?: {
              kind: "create" | "start" | "stop" | "archive" | "turn" | "cleanup";
              startedAt: number;
            };
            prompt: string;
            sandboxId?: string;
            status: "creating" | "generating" | "ready" | "stopped" | "archived" | "failed";
            statusChangedAt: number;
            userId: Id<"users">;
          }>;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
          splitCursor?: string | null;
        }
      >;
    };
  };
  turns: {
    actions: {
      changes: FunctionReference<
        "action",
        "public",
        { turnId: Id<"turns"> },
        {
          diff: string;
          files: Array<{
            added: number | null;
            change: "added" | "changed" | "deleted" | "renamed";
            path: string;
            previousPath?: string;
            removed: number | null;
          }>;
          more: boolean;
        }
      >;
      download: FunctionReference<
        "action",
        "public",
        { projectId: Id<"projects"> },
        { expiresAt: number; size: number; url: string }
      >;
      listFiles: FunctionReference<
        "action",
        "public",
        { path: string; projectId: Id<"projects"> },
        {
          entries: Array<{
            kind: "file" | "folder" | "link" | "other";
            name: string;
            size: number;
          }>;
          more: boolean;
        }
      >;
      readFile: FunctionReference<
        "action",
        "public",
        { path: string; projectId: Id<"projects"> },
        | { kind: "text"; size: number; text: string }
        | { kind: "binary"; size: number }
        | { kind: "tooLarge"; size: number }
        | { kind: "folder" }
        | { kind: "other" }
      >;
      restore: FunctionReference<
        "action",
        "public",
        { turnId: Id<"turns"> },
        { turnId: Id<"turns"> }
      >;
    };
    mutations: {
      cancel: FunctionReference<"mutation", "public", { turnId: Id<"turns"> }, null>;
      retry: FunctionReference<
        "mutation",
        "public",
        { turnId: Id<"turns"> },
        { turnId: Id<"turns"> }
      >;
      start: FunctionReference<
        "mutation",
        "public",
        { clientMessageId?: string; projectId: Id<"projects">; prompt: string },
        { messageId: Id<"messages">; turnId: Id<"turns"> }
      >;
    };
    queries: {
      listByProject: FunctionReference<
        "query",
        "public",
        { projectId: string },
        Array<{
          _creationTime: number;
          _id: Id<"turns">;
          answerMessageId?: Id<"messages">;
          createdAt: number;
          endedAt?: number;
          failure?: { reason: string; retryable: boolean; stderr?: string };
          number: number;
          projectId: Id<"projects">;
          promptMessageId?: Id<"messages">;
          restores?: Id<"turns">;
          retryOf?: Id<"turns">;
          startedAt?: number;
          status: "queued" | "running" | "done" | "failed" | "cancelled";
          stepCount?: number;
          version?: string;
        }>
      >;
      output: FunctionReference<
        "query",
        "public",
        { after: number; turnId: Id<"turns"> },
        {
          isOver: boolean;
          next: number;
          parts: Array<{ text: string; type: "text" | "reasoning" }>;
        } | null
      >;
      pageByProject: FunctionReference<
        "query",
        "public",
        {
          paginationOpts: {
            cursor: string | null;
            endCursor?: string | null;
            id?: number;
            maximumBytesRead?: number;
            maximumRowsRead?: number;
            numItems: number;
          };
          projectId: string;
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            _creationTime: number;
            _id: Id<"turns">;
            answerMessageId?: Id<"messages">;
            createdAt: number;
            endedAt?: number;
            failure?: { reason: string; retryable: boolean; stderr?: string };
            number: number;
            projectId: Id<"projects">;
            promptMessageId?: Id<"messages">;
            restores?: Id<"turns">;
            retryOf?: Id<"turns">;
            startedAt?: number;
            status: "queued" | "running" | "done" | "failed" | "cancelled";
            stepCount?: number;
            version?: string;
          }>;
          pageStatus?: "SplitRecommended" | "SplitRequired" | null;
          splitCursor?: string | null;
        }
      >;
      steps: FunctionReference<
        "query",
        "public",
        { turnId: Id<"turns"> },
        Array<{
          endedAt?: number;
          position: number;
          startedAt: number;
          status: "running" | "done" | "failed";
          title: string;
        }> | null
      >;
    };
  };
};
