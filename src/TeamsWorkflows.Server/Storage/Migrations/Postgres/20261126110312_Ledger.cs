using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TeamsWorkflows.Server.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Ledger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries");

            migrationBuilder.AddColumn<long>(
                name: "NotifiedAt",
                table: "Reports",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "ProtectedNotify",
                table: "Reports",
                type: "bytea",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Reports_CreatedAt",
                table: "Reports",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns",
                columns: new[] { "CaseId", "DeliveryId" });

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ChannelId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries",
                columns: new[] { "State", "CreatedAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Reports_CreatedAt",
                table: "Reports");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_CaseId_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_ParkedRuns_DeliveryId",
                table: "ParkedRuns");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ChannelId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State_CreatedAt_Id",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "NotifiedAt",
                table: "Reports");

            migrationBuilder.DropColumn(
                name: "ProtectedNotify",
                table: "Reports");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionId_CreatedAt",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State_Id",
                table: "Deliveries",
                columns: new[] { "State", "Id" });
        }
    }
}
